// SPDX-License-Identifier: MIT
#include "debug/debugger.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "debug/look_verbs.hpp"
#include "debug/verbs.hpp"

namespace ringside::debug {
namespace {

bool may_go_on(guest::StopKind kind) {
    return kind == guest::StopKind::observer || kind == guest::StopKind::paused ||
           kind == guest::StopKind::interrupted || kind == guest::StopKind::time_limit ||
           kind == guest::StopKind::cycle_limit;
}

std::string end_line(const guest::StopReason& stop) {
    if (stop.kind == guest::StopKind::guest_exit) {
        return fmt::format("the program ended with status {:#x}\n", stop.status);
    }
    return fmt::format("the run ended: {}\n{}", stop.message, stop.report);
}

}  // namespace

std::string Debugger::execute(std::string_view line) {
    const Command command = parse_command(line);
    if (command.verb == nullptr) {
        return command.arguments.verb == "help"
                   ? help_text(command.arguments.text, HelpFor::debugging)
                   : std::string();
    }
    return command.verb->move != nullptr ? command.verb->move(*this, command.arguments)
                                         : command.verb->look(inspector_, command.arguments);
}

std::string Debugger::run(std::optional<OneStop> once) {
    guest::Machine& machine = inspector_.machine();
    const LinearAddress from{machine.cpu().segment(cpu::SegmentRegister::cs).base +
                             machine.cpu().eip};
    stops_.arm(once);
    // Whoever stands on a breakpoint, and wants to go on, has seen it.
    if (stops_.stops_at(from) || (once && once->at == from)) {
        machine.observers().pass_probe(from);
    }
    const guest::StopReason stop = timeline_.run(limits_);
    stops_.disarm();
    return arrive(stop);
}

std::string Debugger::step(std::uint64_t steps) {
    std::string text;
    for (std::uint64_t i = 0; i < steps; ++i) {
        stops_.arm(std::nullopt);
        const guest::StopReason stop = timeline_.step();
        stops_.disarm();
        text += arrive(stop);
        if (stop.kind != guest::StopKind::paused) {
            break;
        }
    }
    return text;
}

std::string Debugger::step_back(std::uint64_t steps) {
    std::string text;
    for (std::uint64_t i = 0; i < steps; ++i) {
        if (!timeline_.step_back()) {
            return text + "this is where the run begins\n";
        }
        ended_.reset();
        text += here();
    }
    return text;
}

std::string Debugger::run_back() {
    stops_.arm(std::nullopt);
    const snapshot::BackStop back = timeline_.run_back();
    stops_.disarm();
    ended_.reset();
    if (back.kind == snapshot::BackStop::Kind::beginning) {
        return "this is where the run begins\n" + here();
    }
    return hit_lines() + here();
}

std::string Debugger::seek(snapshot::Position to) {
    if (!timeline_.seek(to)) {
        const auto begin = timeline_.begin();
        const auto end = timeline_.end();
        return fmt::format("the run is known from {}:{} to {}:{} only\n", begin.tick, begin.step,
                           end.tick, end.step);
    }
    ended_.reset();
    return here();
}

std::string Debugger::arrive(const guest::StopReason& stop) {
    if (!may_go_on(stop.kind)) {
        ended_ = stop;
        inspector_.moved();
        return end_line(stop);
    }
    std::string text;
    if (stop.kind == guest::StopKind::observer) {
        text = hit_lines();
    } else if (stop.kind != guest::StopKind::paused) {
        text = stop.message + "\n";
    }
    return text + here();
}

std::string Debugger::hit_lines() {
    const auto& hit = stops_.hit();
    if (!hit || !hit->breakpoint) {
        return {};
    }
    auto& breakpoints = stops_.breakpoints();
    const auto found = std::find_if(breakpoints.begin(), breakpoints.end(),
                                    [&](const auto& b) { return b.number == *hit->breakpoint; });
    if (found == breakpoints.end()) {
        return {};
    }
    ++found->hits;
    if (!hit->access) {
        return fmt::format("breakpoint {}\n", found->number);
    }
    const cpu::MemoryAccess& access = *hit->access;
    std::string text = fmt::format("breakpoint {}: {} of {} bytes at {:08X} by {}\n", found->number,
                                   access.write ? "write" : "read", access.size, access.at.value,
                                   inspector_.symbols().describe(LinearAddress{access.eip}));
    if (access.write) {
        std::uint32_t now = 0;
        const std::uint32_t length = std::min<std::uint32_t>(found->watch->length, 4);
        const bool known = inspector_.machine().peek(
            found->watch->at, std::as_writable_bytes(std::span(&now, 1)).first(length));
        text += fmt::format("  {:08X}: {:0{}X} before", found->watch->at.value, hit->old_value,
                            length * 2);
        text += known ? fmt::format(", {:0{}X} now\n", now, length * 2) : "\n";
    }
    return text;
}

std::string Debugger::here() {
    inspector_.moved();
    const std::uint32_t thread = inspector_.personality().current_thread(inspector_.machine());
    std::string text;
    if (thread != thread_ && thread_ != 0) {
        text = fmt::format("thread {:X}\n", thread);
    }
    thread_ = thread;
    return text + place_lines(inspector_);
}

}  // namespace ringside::debug
