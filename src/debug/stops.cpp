// SPDX-License-Identifier: MIT
#include "debug/stops.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace ringside::debug {
namespace {

std::uint32_t value_of(const guest::Machine& machine, const cpu::Watch& watch) {
    std::uint32_t value = 0;
    const auto bytes = std::as_writable_bytes(std::span(&value, 1))
                           .first(std::min<std::size_t>(watch.length, sizeof value));
    return machine.peek(watch.at, bytes) ? value : 0;
}

}  // namespace

unsigned Stops::add(LinearAddress at, std::optional<cpu::Watch> watch) {
    breakpoints_.push_back({next_number_, watch, at});
    return next_number_++;
}

void Stops::arm(std::optional<OneStop> once) {
    disarm();
    once_ = once;
    hit_.reset();
    std::set<std::uint32_t> probes;
    std::vector<cpu::Watch> watches;
    if (once && once->at) {
        probes.insert(once->at->value);
    }
    for (const Breakpoint& breakpoint : breakpoints_) {
        if (!breakpoint.enabled) {
            continue;
        }
        if (breakpoint.watch) {
            watches.push_back(*breakpoint.watch);
        } else {
            probes.insert(breakpoint.at.value);
        }
    }
    // Without anything to look for, the machine runs as if nobody looked.
    if (!probes.empty() || !watches.empty() || once) {
        machine_.observers().add(*this, std::move(probes), guest::ControlFlow::ignored,
                                 std::move(watches));
        armed_ = true;
    }
}

void Stops::disarm() {
    if (std::exchange(armed_, false)) {
        machine_.observers().remove(*this);
    }
    once_.reset();
}

bool Stops::stops_at(LinearAddress at) const {
    return std::any_of(breakpoints_.begin(), breakpoints_.end(),
                       [at](const Breakpoint& b) { return b.enabled && !b.watch && b.at == at; });
}

bool Stops::fits_once(std::uint32_t esp) const {
    return esp >= once_->least_esp &&
           (!once_->thread || personality_.current_thread(machine_) == *once_->thread);
}

void Stops::stop(Hit hit) {
    hit_ = hit;
    machine_.stop();
}

void Stops::transition(const cpu::Transition& transition) {
    if (once_ && !once_->at && transition.after.cpl() == 3 && fits_once(transition.after.esp)) {
        stop({});
    }
}

void Stops::reached(LinearAddress address) {
    for (const Breakpoint& breakpoint : breakpoints_) {
        if (breakpoint.enabled && !breakpoint.watch && breakpoint.at == address) {
            stop({breakpoint.number, std::nullopt, 0});
            return;
        }
    }
    if (once_ && once_->at == address &&
        fits_once(machine_.cpu().registers[cpu::GeneralRegister::esp])) {
        stop({});
    }
}

void Stops::accessed(const cpu::MemoryAccess& access) {
    for (const Breakpoint& breakpoint : breakpoints_) {
        if (breakpoint.enabled && breakpoint.watch && breakpoint.watch->covers(access)) {
            stop({breakpoint.number, access, value_of(machine_, *breakpoint.watch)});
            return;
        }
    }
}

}  // namespace ringside::debug
