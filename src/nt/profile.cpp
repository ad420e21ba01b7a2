// SPDX-License-Identifier: MIT
#include "nt/profile.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <embedded/nt.hpp>

#include "base/ensure.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {
namespace {

std::span<const std::byte> embedded_table(std::string_view kind, std::string_view name) {
    const auto table = embedded::find_in_nt(fmt::format("nt_{}_{}", kind, profile_id(name)));
    ensure(table.has_value(), fmt::format("this build has no table {} of {}", kind, name));
    return *table;
}

/// Column 0 is the key, the last one what it means.
const Row& header() {
    static const Row names = [] {
        const auto table = embedded::nt_profiles();
        const void* const first = table.data();
        constexpr std::string_view opening = "# key\t";
        for (const auto line : lines_of({static_cast<const char*>(first), table.size()})) {
            if (line.starts_with(opening)) {
                return split(line, '\t');
            }
        }
        return Row{};
    }();
    return names;
}

/// One column of data/profiles/profiles.tsv.
class Column {
  public:
    Column(std::size_t index, std::vector<Assumption>& assumptions) {
        for (const Row& row : rows_of(embedded::nt_profiles())) {
            ensure(row.size() == header().size(), "profiles: a row has a cell for each profile");
            std::string_view cell = row[index];
            if (cell.ends_with('?')) {
                cell.remove_suffix(1);
                assumptions.push_back({.what = std::string(row[0]),
                                       .value = std::string(cell),
                                       .why = std::string(row.back())});
            }
            cells_.emplace(row[0], cell);
        }
    }

    [[nodiscard]] std::string_view text(std::string_view key) const {
        const auto found = cells_.find(key);
        ensure(found != cells_.end(), fmt::format("profiles: no row {}", key));
        return found->second;
    }
    [[nodiscard]] std::uint32_t number(std::string_view key) const {
        const auto value = parse_number(text(key));
        ensure(value.has_value(), fmt::format("profiles: {} is no number", key));
        return static_cast<std::uint32_t>(*value);
    }
    [[nodiscard]] bool flag(std::string_view key) const { return text(key) == "yes"; }
    [[nodiscard]] LinearAddress address(std::string_view key) const { return {number(key)}; }

  private:
    std::map<std::string_view, std::string_view> cells_;
};

void add_services(Profile& profile, std::span<const std::byte> table) {
    for (const Row& row : rows_of(table)) {
        ensure(row.size() == 4 || row.size() == 5, "services: a row has four fields or five");
        const auto index = parse_number(row[0]);
        const auto bytes = parse_number(row[2]);
        ensure(index && bytes && *bytes <= 0xFC && *bytes % 4 == 0, "services: bad number");
        auto& services = row[3] == "win32k" ? profile.win32k : profile.services;
        const std::uint32_t first = row[3] == "win32k" ? win32k_base : 0;
        ensure(*index == first + services.size(), "services: a table has no gaps");
        services.push_back({.index = static_cast<std::uint32_t>(*index),
                            .name = std::string(row[1]),
                            .argument_bytes = static_cast<std::uint8_t>(*bytes),
                            .assumed = std::string(row.size() == 5 ? row[4] : "")});
    }
}

Layout layered(std::string_view names) {
    std::vector<std::span<const std::byte>> tables;
    for (const auto name : split(names, ' ')) {
        tables.push_back(embedded_table("structures", name));
    }
    return Layout(tables);
}

guest::StubForm stub_of(std::string_view name) {
    const auto form = guest::stub_form_named(name);
    ensure(form.has_value(), fmt::format("profiles: no form of a stub is called {}", name));
    return *form;
}

SystemCallSlot slot_of(const Layout& layout) {
    if (layout.find("KUSER_SHARED_DATA", "SystemCallReturn") != nullptr) {
        return SystemCallSlot::pointer;
    }
    return layout.find("KUSER_SHARED_DATA", "SystemCall") != nullptr ? SystemCallSlot::code
                                                                     : SystemCallSlot::none;
}

/// One line for all services of a table that owe their argument bytes to the same source.
void assume_services(Profile& profile, const std::vector<ServiceNumber>& services,
                     std::string_view table) {
    std::map<std::string_view, std::size_t> counts;
    for (const ServiceNumber& service : services) {
        if (!service.assumed.empty()) {
            ++counts[service.assumed];
        }
    }
    for (const auto& [source, count] : counts) {
        const bool unknown = source == "unknown";
        profile.assumptions.push_back(
            {.what = fmt::format("argument bytes of {} {} services", count, table),
             .value = unknown           ? "0"
                      : source == "old" ? "those of the oldest published lists"
                      : source == "own" ? "those of our own table"
                                        : fmt::format("those of {}", source),
             .why = unknown ? "no published list has them" : "a prototype can change"});
    }
}

void assume_structures(Profile& profile) {
    for (const auto& [name, structure] : profile.layout.structures()) {
        if (!structure.assumed.empty()) {
            profile.assumptions.push_back({.what = fmt::format("offsets of {}", name),
                                           .value = fmt::format("{} bytes", structure.size),
                                           .why = structure.assumed});
        }
        for (const FieldRow& field : structure.fields) {
            if (!field.assumed.empty()) {
                profile.assumptions.push_back({.what = fmt::format("{}.{}", name, field.name),
                                               .value = fmt::format("0x{:X}", field.offset),
                                               .why = field.assumed});
            }
        }
    }
}

/// Those of the whole kernel, which no row of another table has a place for.
void assume_rest(Profile& profile) {
    for (const Row& row : rows_of(embedded::nt_assumptions())) {
        ensure(row.size() == 4, "assumptions: a row has four fields");
        const auto names = split(row[0], ' ');
        if (row[0] == "*" || std::find(names.begin(), names.end(), profile.name) != names.end()) {
            profile.assumptions.push_back({.what = std::string(row[1]),
                                           .value = std::string(row[2]),
                                           .why = std::string(row[3])});
        }
    }
}

}  // namespace

const ServiceNumber* Profile::find_service(std::string_view service) const {
    for (const auto* const table : {&services, &win32k}) {
        const auto found =
            std::find_if(table->begin(), table->end(),
                         [service](const ServiceNumber& row) { return row.name == service; });
        if (found != table->end()) {
            return &*found;
        }
    }
    return nullptr;
}

std::vector<std::string> profile_names() {
    return {header().begin() + 1, header().end() - 1};
}

std::string profile_id(std::string_view name) {
    std::string id(name);
    std::replace_if(
        id.begin(), id.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return id;
}

Profile load_profile(std::string_view name) {
    const auto names = profile_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        throw InputError(
            2, fmt::format("--os {}: no such profile; there are {}", name, fmt::join(names, ", ")));
    }
    std::vector<Assumption> assumptions;
    const Column column(static_cast<std::size_t>(found - names.begin()) + 1, assumptions);
    const auto service_pack = column.text("service_pack");
    Profile profile{.name = *found,
                    .title = std::string(column.text("title")),
                    .major = column.number("major"),
                    .minor = column.number("minor"),
                    .build = column.number("build"),
                    .service_pack = {service_pack.begin(), service_pack.end()},
                    .csd_version = column.number("csd_version"),
                    .services = {},
                    .win32k = {},
                    .layout = layered(column.text("structures")),
                    .kernel_base = column.address("kernel_base"),
                    .pcr = column.address("pcr"),
                    .page_tables = column.address("page_tables"),
                    .time_increment = column.number("time_increment"),
                    .tick_count_multiplier = column.number("tick_count_multiplier"),
                    .performance_frequency = column.number("performance_frequency"),
                    .sysenter = column.flag("sysenter"),
                    .system_call = {},
                    .stub = stub_of(column.text("stub")),
                    .callback_frame = column.number("callback_frame"),
                    .apc_seh_record = column.number("apc_seh_record"),
                    .assumptions = std::move(assumptions)};
    profile.system_call = slot_of(profile.layout);
    add_services(profile, embedded_table("services", column.text("services")));
    assume_structures(profile);
    assume_services(profile, profile.services, "nt");
    assume_services(profile, profile.win32k, "win32k");
    assume_rest(profile);
    return profile;
}

}  // namespace ringside::nt
