// SPDX-License-Identifier: MIT
#include "nt/threads_view.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

std::string state_name(std::uint8_t state) {
    // KTHREAD.State, with the names of KTHREAD_STATE.
    constexpr std::array<std::string_view, 8> names{"Initialized", "Ready",        "Running",
                                                    "Standby",     "Terminated",   "Waiting",
                                                    "Transition",  "DeferredReady"};
    return state < names.size() ? std::string(names.at(state)) : fmt::format("{:02X}", state);
}

}  // namespace

guest::View threads_view(const Kernel& kernel, const guest::Machine& machine,
                         LinearAddress current) {
    guest::View view{
        .title = fmt::format("threads of process {:X}", kernel.process->id),
        .columns = {"thread", "", "state", "priority", "KTHREAD", "TEB", "frame", "returns to"},
        .rows = {}};
    const Layout& layout = kernel.profile.layout;
    for (const auto& thread : kernel.dispatcher.threads()) {
        const auto byte = [&](std::string_view field) {
            return machine.peek<std::uint8_t>(thread->kthread + layout.offset("KTHREAD", field))
                .value_or(0xFF);
        };
        const auto frame =
            machine.peek<std::uint32_t>(thread->kthread + layout.offset("KTHREAD", "TrapFrame"));
        std::string frame_text;
        std::string place;
        if (frame && *frame != 0) {
            frame_text = fmt::format("{:08X}", *frame);
            const auto eip = machine.peek<std::uint32_t>(LinearAddress{*frame} +
                                                         layout.offset("KTRAP_FRAME", "Eip"));
            place = eip ? kernel.symbols.describe(LinearAddress{*eip}) : "not mapped";
        }
        view.rows.push_back(
            {{fmt::format("{:X}", thread->id), thread->kthread == current ? "*" : "",
              state_name(byte("State")), fmt::format("{}", byte("Priority")),
              fmt::format("{:08X}", thread->kthread.value),
              fmt::format("{:08X}", thread->teb.value), frame_text, place}});
    }
    return view;
}

}  // namespace ringside::nt
