// SPDX-License-Identifier: MIT
#include "guest/devices/keyboard_controller.hpp"

#include <fmt/format.h>

namespace ringside::guest {
namespace {

constexpr std::uint16_t data_port = 0x60;
constexpr std::uint16_t command_port = 0x64;
constexpr std::uint16_t system_port_a = 0x92;

constexpr std::uint8_t output_full = 0x01;
constexpr std::uint8_t self_test_passed = 0x04;
constexpr std::uint8_t not_locked = 0x10;
constexpr std::uint8_t open_a20 = 0x02;
constexpr std::uint8_t no_reset = 0x01;

StopReason reset(std::uint16_t port) {
    return {StopKind::guest_exit,
            0,
            fmt::format("the guest reset the processor by port {:02X}h; that ends the run", port),
            {}};
}

}  // namespace

void KeyboardController::attach_to(PortTable& ports) {
    ports.attach(data_port, 1, *this);
    ports.attach(command_port, 1, *this);
    ports.attach(system_port_a, 1, *this);
}

std::uint8_t KeyboardController::in(std::uint16_t port) {
    if (port == system_port_a) {
        return open_a20;
    }
    if (port == command_port) {
        return static_cast<std::uint8_t>(self_test_passed | not_locked |
                                         (answer_ ? output_full : 0));
    }
    last_answer_ = answer_.value_or(last_answer_);
    answer_.reset();
    return last_answer_;
}

std::optional<StopReason> KeyboardController::out(std::uint16_t port, std::uint8_t value) {
    if (port == system_port_a) {
        // Bit 0 pulls the reset line.
        return (value & 1) != 0 ? std::optional(reset(port)) : std::nullopt;
    }
    if (port == command_port) {
        return command(value);
    }
    const std::uint8_t asked = pending_;
    pending_ = 0;
    if (asked == 0xD1 && (value & no_reset) == 0) {
        return reset(port);
    }
    if (asked == 0x60) {
        command_byte_ = value;
    }
    return std::nullopt;
}

std::optional<StopReason> KeyboardController::command(std::uint8_t value) {
    pending_ = 0;
    switch (value) {
        case 0x20: answer_ = command_byte_; break;
        case 0x60:                           // the command byte follows
        case 0xD1: pending_ = value; break;  // the output port follows
        case 0xAA: answer_ = std::uint8_t{0x55}; break;
        case 0xAB: answer_ = std::uint8_t{0x00}; break;
        case 0xD0: answer_ = static_cast<std::uint8_t>(no_reset | open_a20); break;
        default:
            // F0h to FFh pulse the output lines whose bits are low; line 0 is the reset.
            if (value >= 0xF0 && (value & 1) == 0) {
                return reset(command_port);
            }
            break;
    }
    return std::nullopt;
}

}  // namespace ringside::guest
