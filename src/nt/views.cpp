// SPDX-License-Identifier: MIT
#include "nt/views.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nt/kernel.hpp"
#include "nt/service_ledger.hpp"
#include "nt/threads_view.hpp"

namespace ringside::nt {
namespace {

constexpr LinearAddress shared_data{0x7FFE0000};

/// As the guest has it now: the host follows only at its next hypercall.
LinearAddress current_thread(const Kernel& kernel, const guest::Machine& machine) {
    const Layout& layout = kernel.profile.layout;
    const auto field = layout.offset("KPCR", "PrcbData") + layout.offset("KPRCB", "CurrentThread");
    const auto current = machine.peek<std::uint32_t>(kernel.profile.pcr + field);
    return current && *current != 0 ? LinearAddress{*current} : kernel.thread->kthread;
}

LinearAddress current_teb(const Kernel& kernel, const guest::Machine& machine) {
    const auto field = kernel.profile.layout.offset("KTHREAD", "Teb");
    const auto teb = machine.peek<std::uint32_t>(current_thread(kernel, machine) + field);
    return teb ? LinearAddress{*teb} : kernel.thread->teb;
}

struct Place {
    std::string_view name;
    std::string_view structure;
    LinearAddress (*at)(const Kernel&, const guest::Machine&);
};
constexpr std::array places{
    Place{"pcr", "KPCR",
          [](const Kernel& kernel, const guest::Machine&) { return kernel.profile.pcr; }},
    Place{"prcb", "KPRCB",
          [](const Kernel& kernel, const guest::Machine&) {
              return kernel.profile.pcr + kernel.profile.layout.offset("KPCR", "PrcbData");
          }},
    Place{"shared-data", "KUSER_SHARED_DATA",
          [](const Kernel&, const guest::Machine&) { return shared_data; }},
    Place{"thread", "KTHREAD", current_thread},
    Place{"process", "KPROCESS",
          [](const Kernel& kernel, const guest::Machine&) { return kernel.process->kprocess; }},
    Place{"teb", "TEB", current_teb},
    Place{"peb", "PEB",
          [](const Kernel& kernel, const guest::Machine&) { return kernel.process->peb; }},
};

std::string value_text(const guest::Machine& machine, LinearAddress at, std::uint32_t size) {
    constexpr std::uint32_t most_bytes = 16;
    switch (size) {
        case 1: {
            const auto value = machine.peek<std::uint8_t>(at);
            return value ? fmt::format("{:02X}", *value) : "not mapped";
        }
        case 2: {
            const auto value = machine.peek<std::uint16_t>(at);
            return value ? fmt::format("{:04X}", *value) : "not mapped";
        }
        case 4: {
            const auto value = machine.peek<std::uint32_t>(at);
            return value ? fmt::format("{:08X}", *value) : "not mapped";
        }
        default: break;
    }
    std::string text;
    for (std::uint32_t i = 0; i < std::min(size, most_bytes); ++i) {
        const auto byte = machine.peek<std::uint8_t>(at + i);
        if (!byte) {
            return "not mapped";
        }
        text += fmt::format("{}{:02X}", i == 0 ? "" : " ", *byte);
    }
    return size > most_bytes ? text + " ..." : text;
}

guest::View structure_view(const Kernel& kernel, const guest::Machine& machine,
                           const Place& place) {
    const LinearAddress base = place.at(kernel, machine);
    guest::View view{.title = fmt::format("{} at {:08X}", place.structure, base.value),
                     .columns = {"offset", "field", "value"},
                     .rows = {}};
    for (const FieldRow& row : kernel.profile.layout.structure(place.structure).fields) {
        view.rows.push_back({{fmt::format("{:03X}", row.offset), row.name,
                              value_text(machine, base + row.offset, row.size)}});
    }
    return view;
}

/// The arrays as they stand in guest memory: a hooked slot shows where it really goes.
guest::View ssdt_view(const Kernel& kernel, const guest::Machine& machine) {
    guest::View view{
        .title = fmt::format("KiServiceTable at {:08X}", kernel.boot_state.service_table.value),
        .columns = {"number", "name", "bytes", "address", "symbol", "state", "note"},
        .rows = {}};
    for (const ServiceNumber& number : kernel.profile.services) {
        const auto entry =
            machine.peek<std::uint32_t>(kernel.boot_state.service_table + number.index * 4);
        const auto bytes =
            machine.peek<std::uint8_t>(kernel.boot_state.argument_table + number.index);
        const LinearAddress target{entry.value_or(0)};
        const guest::ServiceStanding standing = standing_of(number);
        view.rows.push_back(
            {{fmt::format("{:03X}", number.index), number.name,
              fmt::format("{}", bytes.value_or(0)), fmt::format("{:08X}", target.value),
              kernel.symbols.describe(target), std::string(guest::state_word(standing.state)),
              std::string(standing.note)}});
    }
    return view;
}

std::string protection_text(std::uint32_t protection) {
    constexpr std::array<std::string_view, 8> names{
        "NOACCESS", "READONLY",     "READWRITE",         "WRITECOPY",
        "EXECUTE",  "EXECUTE_READ", "EXECUTE_READWRITE", "EXECUTE_WRITECOPY"};
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (((protection >> i) & 1) != 0) {
            text += names[i];
        }
    }
    return (protection & PAGE_GUARD) != 0 ? text + "|GUARD" : text;
}

guest::View mappings_view(const Kernel& kernel) {
    guest::View view{.title = "user address space",
                     .columns = {"base", "size", "state", "protection", "what"},
                     .rows = {}};
    kernel.memory.space().for_each([&](const kernelkit::Reservation& reservation,
                                       const kernelkit::PageRun& run) {
        const View* const mapped = kernel.memory.view_at(run.start);
        std::string what = mapped == nullptr ? "private" : mapped->image ? "image" : "mapped";
        if (const auto place = kernel.symbols.place(reservation.base); place && mapped) {
            what += fmt::format(" {}", place->module);
        }
        view.rows.push_back({{fmt::format("{:08X}", run.start.value), fmt::format("{:X}", run.size),
                              run.committed ? "commit" : "reserve",
                              run.committed ? protection_text(run.protection) : "", what}});
    });
    return view;
}

}  // namespace

std::optional<guest::View> kernel_view(const Kernel& kernel, const guest::Machine& machine,
                                       std::string_view which) {
    if (which == "ssdt") {
        return ssdt_view(kernel, machine);
    }
    if (which == "mappings") {
        return mappings_view(kernel);
    }
    if (which == "threads") {
        return threads_view(kernel, machine, current_thread(kernel, machine));
    }
    const auto* const place = std::find_if(places.begin(), places.end(),
                                           [which](const Place& row) { return row.name == which; });
    if (place == places.end()) {
        return std::nullopt;
    }
    return structure_view(kernel, machine, *place);
}

std::vector<std::string> kernel_view_names() {
    std::vector<std::string> names{"ssdt", "mappings", "threads"};
    for (const Place& place : places) {
        names.emplace_back(place.name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<LinearAddress> structure_at(const Kernel& kernel, const guest::Machine& machine,
                                          std::string_view structure) {
    const auto* const place =
        std::find_if(places.begin(), places.end(),
                     [structure](const Place& row) { return row.structure == structure; });
    return place != places.end() ? std::optional(place->at(kernel, machine)) : std::nullopt;
}

}  // namespace ringside::nt
