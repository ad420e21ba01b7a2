// SPDX-License-Identifier: MIT
#include "trace/caller.hpp"

#include <algorithm>

#include "trace/hardware_frame.hpp"

namespace ringside::trace {
namespace {

/// A guest may chain its frames in a ring, or to nowhere.
constexpr unsigned most_frames = 32;

void note(Caller& caller, std::string_view module) {
    if (std::find(caller.modules.begin(), caller.modules.end(), module) == caller.modules.end()) {
        caller.modules.emplace_back(module);
    }
}

/// Frames of code that keeps EBP: its predecessor at [EBP], the return address above.
void follow_frames(Caller& caller, const guest::Machine& machine, const guest::SymbolTable& symbols,
                   std::uint32_t esp) {
    std::uint32_t frame = machine.cpu().registers[cpu::GeneralRegister::ebp];
    for (unsigned i = 0; i < most_frames && frame >= esp; ++i) {
        const auto next = machine.peek<std::uint32_t>(LinearAddress{frame});
        const auto back = machine.peek<std::uint32_t>(LinearAddress{frame + 4});
        const auto place = back ? symbols.place(LinearAddress{*back}) : std::nullopt;
        if (!next || !place) {
            return;
        }
        note(caller, place->module);
        if (*next <= frame) {
            return;
        }
        frame = *next;
    }
}

}  // namespace

Caller caller_of(const guest::Machine& machine, const guest::Personality& personality,
                 const cpu::ExecutionPoint& point, const std::vector<LinearAddress>& returns) {
    const guest::SymbolTable& symbols = personality.symbols();
    Caller caller;
    std::vector<LinearAddress> places{linear_address(machine, point)};
    places.insert(places.end(), returns.begin(), returns.end());
    bool found = false;
    for (const LinearAddress at : places) {
        const auto place = symbols.place(at);
        if (!place) {
            break;
        }
        note(caller, place->module);
        const auto stub = found ? std::nullopt : personality.stub_of(place->module, place->symbol);
        if (stub && caller.stub.empty() && !stub->empty()) {
            caller.via = place->module;
            caller.stub = *stub;
        } else if (!stub && !found) {
            caller.module = place->module;
            found = true;
        }
    }
    if (machine.cpu().protected_mode()) {
        follow_frames(caller, machine, symbols, point.esp);
    }
    return caller;
}

}  // namespace ringside::trace
