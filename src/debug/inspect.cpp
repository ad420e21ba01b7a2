// SPDX-License-Identifier: MIT
#include "debug/inspect.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "debug/cpu_views.hpp"
#include "debug/mappings_view.hpp"

namespace ringside::debug {
namespace {

guest::View frame_view(guest::Machine& machine, const guest::Personality& personality) {
    const auto layouts = personality.layouts();
    const auto layout = std::find_if(layouts.begin(), layouts.end(), [&](const auto& candidate) {
        return candidate.name == personality.frame_layout();
    });
    const auto at = personality.current_frame(machine);
    guest::View view{"", {"offset", "field", "value", "symbol"}, {}};
    if (layout == layouts.end() || !at) {
        view.title = "no trap frame";
        return view;
    }
    view.title = fmt::format("{} at {:08X}, {:#x} bytes", layout->name, at->value, layout->size);
    for (const guest::LayoutRow& row : layout->rows) {
        std::uint32_t value = 0;
        const auto size = std::min<std::uint32_t>(row.size, sizeof value);
        if (!machine.peek(*at + row.offset,
                          std::as_writable_bytes(std::span(&value, 1)).first(size))) {
            view.rows.push_back(
                {{fmt::format("+{:02X}", row.offset), row.name, "page not present", ""}});
            continue;
        }
        const auto place = personality.symbols().place(LinearAddress{value});
        view.rows.push_back(
            {{fmt::format("+{:02X}", row.offset), row.name, fmt::format("{:0{}X}", value, size * 2),
              place && !place->symbol.empty() ? place->text() : ""}});
    }
    return view;
}

/// For a personality that shows no table of its own.
guest::View service_view(const guest::Personality& personality) {
    guest::View view{"Services", {"number", "name", "bytes", "state", "note"}, {}};
    for (const guest::ServiceEntry& service : personality.services()) {
        view.rows.push_back({{fmt::format("{:04X}", service.number), service.name,
                              fmt::format("{}", service.argument_bytes),
                              std::string(guest::state_word(service.standing.state)),
                              std::string(service.standing.note)}});
    }
    return view;
}

bool is_cpu_view(std::string_view what) {
    return what == "idt" || what == "gdt" || what == "tss" || what == "msr";
}

}  // namespace

std::vector<std::string> view_names(const guest::Personality& personality) {
    std::vector<std::string> names{"idt", "gdt", "tss", "msr", "mappings"};
    const auto add = [&names](std::string name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(std::move(name));
        }
    };
    if (!personality.frame_layout().empty()) {
        add("frame");
    }
    if (!personality.services().empty()) {
        add("ssdt");
    }
    for (std::string& name : personality.view_names()) {
        add(std::move(name));
    }
    return names;
}

Place place_for(std::string_view what) {
    return what == "frame" ? Place::first_frame : Place::program_entry;
}

guest::View inspect(std::string_view what, guest::Machine& machine,
                    const guest::Personality& personality) {
    const auto names = view_names(personality);
    if (std::find(names.begin(), names.end(), what) == names.end()) {
        throw InputError(
            2, fmt::format("inspect {}: no such table here; there are {}{}", what,
                           fmt::join(names, " "), suggestion(what, {names.begin(), names.end()})));
    }
    if (auto view = personality.view(machine, what)) {
        return *std::move(view);
    }
    if (what == "mappings") {
        return mappings_view(machine);
    }
    if (is_cpu_view(what)) {
        const guest::SymbolTable& symbols = personality.symbols();
        return what == "idt"   ? idt_view(machine, symbols)
               : what == "gdt" ? gdt_view(machine)
               : what == "tss" ? tss_view(machine, symbols)
                               : msr_view(machine, symbols);
    }
    return what == "frame" ? frame_view(machine, personality) : service_view(personality);
}

}  // namespace ringside::debug
