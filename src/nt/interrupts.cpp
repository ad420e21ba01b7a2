// SPDX-License-Identifier: MIT
#include "nt/interrupts.hpp"

#include <algorithm>
#include <numeric>

#include "base/archive.hpp"
#include "base/ensure.hpp"

namespace ringside::nt {
namespace {

constexpr unsigned clock_line = 0;
constexpr std::array<unsigned, 14> order{0, 1, 8, 9, 10, 11, 12, 14, 15, 3, 4, 5, 6, 7};

cpu::Vector vector_of(unsigned line) {
    return cpu::Vector{static_cast<std::uint8_t>(InterruptLines::first_vector + line)};
}

}  // namespace

std::optional<std::string_view> InterruptLines::why_reserved(unsigned line) {
    switch (line) {
        case 2:
            return "the second interrupt controller is connected to it; what a PC's bus calls "
                   "IRQ 2 arrives as 9";
        case 13: return "it is the coprocessor's, whose errors are exception #MF here";
        default: return std::nullopt;
    }
}

void InterruptLines::schedule(unsigned line, std::uint64_t tick) {
    ensure(line < count && !why_reserved(line), "an interrupt line that a device can have");
    const auto later = std::upper_bound(
        scheduled_.begin(), scheduled_.end(), tick,
        [](std::uint64_t wanted, const Scheduled& other) { return wanted < other.tick; });
    scheduled_.insert(later, {tick, line});
}

// Between two looks the CPU takes at most what was offered; the slot is empty then.
void InterruptLines::notice_acknowledge(const cpu::Cpu& cpu) {
    if (offered_ && !cpu.pending_interrupt) {
        --requests_[*offered_];
        offered_.reset();
    }
}

std::optional<unsigned> InterruptLines::first_in_order() const {
    const auto* const found = std::find_if(order.begin(), order.end(),
                                           [this](unsigned line) { return requests_[line] != 0; });
    return found != order.end() ? std::optional(*found) : std::nullopt;
}

void InterruptLines::update(cpu::Cpu& cpu, bool clock_ticks) {
    looked_at_ = cpu.clock;
    notice_acknowledge(cpu);
    if (clock_ticks) {
        requests_[clock_line] = std::max(requests_[clock_line], 1U);
    }
    auto due = scheduled_.begin();
    for (; due != scheduled_.end() && due->tick <= cpu.clock; ++due) {
        ++requests_[due->line];
    }
    scheduled_.erase(scheduled_.begin(), due);
    const auto first = first_in_order();
    // Something else than these lines may have interrupted: an NMI.
    if (!first || (cpu.pending_interrupt && !offered_)) {
        return;
    }
    cpu.pending_interrupt = vector_of(*first);
    offered_ = first;
}

std::optional<std::uint64_t> InterruptLines::next_look() const {
    const auto waiting = std::accumulate(requests_.begin(), requests_.end(), 0U);
    if (waiting > (offered_ ? 1U : 0U)) {
        return looked_at_ + 1;  // behind the next instruction: the CPU may have taken the first
    }
    return scheduled_.empty() ? std::nullopt : std::optional(scheduled_.front().tick);
}

void InterruptLines::persist(Archive& archive) {
    scheduled_.resize(archive.length(scheduled_.size()));
    for (auto& [tick, line] : scheduled_) {
        archive.number(tick);
        archive.below(line, count);
    }
    persist_all(archive, requests_, offered_, looked_at_);
    archive.require(!offered_ || (*offered_ < count && requests_[*offered_] != 0),
                    "an interrupt line is offered that none requests");
}

bool InterruptLines::expects_device(const cpu::Cpu& cpu) const {
    const bool taken = offered_ && !cpu.pending_interrupt;
    for (unsigned line = 0; line < count; ++line) {
        const std::uint32_t known = taken && line == *offered_ ? 1 : 0;
        if (line != clock_line && requests_[line] > known) {
            return true;
        }
    }
    return !scheduled_.empty();
}

}  // namespace ringside::nt
