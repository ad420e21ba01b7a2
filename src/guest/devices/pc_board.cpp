// SPDX-License-Identifier: MIT
#include "guest/devices/pc_board.hpp"

#include <algorithm>

namespace ringside::guest {
namespace {

constexpr unsigned timer_line = 0;

}  // namespace

PcBoard::PcBoard(std::uint64_t counter_frequency) : time_(Pit::frequency, counter_frequency) {
    pics_.attach_to(ports_);
    pit_.attach_to(ports_);
    keyboard_.attach_to(ports_);
}

void PcBoard::start() {
    pics_.start();
    pit_.start();
}

void PcBoard::schedule(unsigned line, std::uint64_t tick) {
    const auto later = std::upper_bound(
        scheduled_.begin(), scheduled_.end(), tick,
        [](std::uint64_t wanted, const Scheduled& other) { return wanted < other.tick; });
    scheduled_.insert(later, {tick, line});
}

std::uint32_t PcBoard::in(cpu::Cpu& cpu, std::uint16_t port, unsigned size) {
    settle(cpu);
    const std::uint32_t value = ports_.in(port, size);
    offer(cpu);  // a poll acknowledges
    return value;
}

std::optional<StopReason> PcBoard::out(cpu::Cpu& cpu, std::uint16_t port, unsigned size,
                                       std::uint32_t value) {
    settle(cpu);
    auto stop = ports_.out(port, size, value);
    run_timer(cpu.clock);
    offer(cpu);
    return stop;
}

void PcBoard::update(cpu::Cpu& cpu) {
    asleep_ = false;
    settle(cpu);
    offer(cpu);
}

bool PcBoard::sleep(cpu::Cpu& cpu) {
    update(cpu);
    if (cpu.pending_interrupt) {
        return true;
    }
    asleep_ = true;
    return next_event().has_value();
}

void PcBoard::settle(cpu::Cpu& cpu) {
    looked_at_ = cpu.clock;
    notice_acknowledge(cpu);
    run_timer(cpu.clock);
    raise_due(cpu.clock);
}

// The processor says nothing when it takes an interrupt, but until then nothing here can have
// changed what it was offered: whatever does comes through settle() first.
void PcBoard::notice_acknowledge(const cpu::Cpu& cpu) {
    if (offered_ && !cpu.pending_interrupt) {
        offered_ = false;
        if (const auto line = pics_.acknowledge().line; line && *line != timer_line) {
            pics_.set_line(*line, false);
        }
    }
}

void PcBoard::run_timer(std::uint64_t counter) {
    PitCounter& timer = pit_.interrupt_counter();
    const auto change = timer.next_change(pit_.now());
    pit_.set_now(time_.at(counter));
    if (change && *change <= pit_.now()) {
        pics_.set_line(timer_line, false);
    }
    pics_.set_line(timer_line, timer.out(pit_.now()));
}

void PcBoard::raise_due(std::uint64_t counter) {
    auto due = scheduled_.begin();
    for (; due != scheduled_.end() && due->tick <= counter; ++due) {
        pics_.set_line(due->line, true);
    }
    scheduled_.erase(scheduled_.begin(), due);
}

void PcBoard::offer(cpu::Cpu& cpu) {
    if (pics_.requests()) {
        PicPair trial = pics_;
        cpu.pending_interrupt = static_cast<cpu::Vector>(trial.acknowledge().vector);
        more_behind_ = trial.requests();
        offered_ = true;
    } else if (offered_) {
        cpu.pending_interrupt.reset();
        offered_ = false;
    }
}

std::optional<std::uint64_t> PcBoard::next_event() const {
    std::optional<std::uint64_t> first;
    const auto add = [&first](std::uint64_t at) { first = std::min(first.value_or(at), at); };
    if (offered_ && more_behind_) {
        add(looked_at_ + 1);
    }
    for (const Scheduled& one : scheduled_) {
        if (!asleep_ || pics_.would_request(one.line)) {
            add(one.tick);
            break;
        }
    }
    if (const auto tick = next_timer_event()) {
        add(time_.counter_at(*tick));
    }
    return first;
}

/// The next edge of the timer that somebody could notice: none while its line is masked.
std::optional<std::uint64_t> PcBoard::next_timer_event() const {
    if (pics_.is_masked(timer_line) || (asleep_ && !pics_.would_request(timer_line))) {
        return std::nullopt;
    }
    Pit pit = pit_;
    PitCounter& timer = pit.interrupt_counter();
    auto change = timer.next_change(pit.now());
    if (change && asleep_ && !timer.out(*change)) {
        change = timer.next_change(*change);
    }
    return change;
}

}  // namespace ringside::guest
