// SPDX-License-Identifier: MIT
#include "guest/devices/pit.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint16_t first_port = 0x40;
constexpr std::uint16_t control_port = 0x43;
constexpr std::uint16_t system_control_port = 0x61;
/// Ticks between two refreshes of a PC's memory, about 15 microseconds.
constexpr std::uint64_t refresh_period = 18;

}  // namespace

void Pit::attach_to(PortTable& ports) {
    ports.attach(first_port, 4, *this);
    ports.attach(system_control_port, 1, *this);
    counters_[2].set_gate(false, now_);
}

std::uint8_t Pit::in(std::uint16_t port) {
    if (port == system_control_port) {
        return system_port();
    }
    return port == control_port ? std::uint8_t{0xFF} : counters_[port - first_port].read(now_);
}

std::optional<StopReason> Pit::out(std::uint16_t port, std::uint8_t value) {
    if (port == system_control_port) {
        speaker_ = value & 3;
        counters_[2].set_gate((value & 1) != 0, now_);
    } else if (port == control_port) {
        control(value);
    } else {
        counters_[port - first_port].write(value, now_);
    }
    return std::nullopt;
}

// Bits 7 and 6 name a counter, or all in a read-back command, whose bits 5 and 4 are low to latch.
void Pit::control(std::uint8_t word) {
    const unsigned which = word >> 6;
    if (which < counters_.size()) {
        if ((word & 0x30) == 0) {
            counters_[which].latch_count(now_);
        } else {
            counters_[which].control(word);
        }
        return;
    }
    for (unsigned i = 0; i < counters_.size(); ++i) {
        if ((word & (2U << i)) == 0) {
            continue;
        }
        if ((word & 0x20) == 0) {
            counters_[i].latch_count(now_);
        }
        if ((word & 0x10) == 0) {
            counters_[i].latch_status(now_);
        }
    }
}

// Port 61h reads: bit 0 and 1 as written, bit 4 turns with each refresh, bit 5 is OUT 2.
std::uint8_t Pit::system_port() {
    const bool refresh = now_ / refresh_period % 2 != 0;
    return static_cast<std::uint8_t>(speaker_ | (refresh ? 0x10U : 0U) |
                                     (counters_[2].out(now_) ? 0x20U : 0U));
}

void Pit::start() {
    control(0x36);
    counters_[0].write(0, now_);
    counters_[0].write(0, now_);
    control(0x54);
    counters_[1].write(refresh_period, now_);
}

}  // namespace ringside::guest
