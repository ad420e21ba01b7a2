// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "cpu/fpu/control.hpp"
#include "cpu/fpu/float80.hpp"

namespace ringside::cpu::fpu {

/// Where the last non-control instruction stood and what memory it named.
struct Pointers {
    std::uint32_t instruction_offset = 0;
    std::uint16_t instruction_selector = 0;
    std::uint16_t opcode = 0;  ///< 11 bits: of the first byte the low three, and ModRM
    std::uint32_t data_offset = 0;
    std::uint16_t data_selector = 0;

    friend bool operator==(const Pointers&, const Pointers&) = default;
};

/// The architectural state of the x87. A register's tag is only empty or not; the four values of
/// the full tag word follow from the contents, as FSTENV tells them.
struct State {
    std::array<Float80, 8> physical{};  ///< R0 to R7, not relative to TOP
    Control control;
    /// With ES and B, but without TOP: where a register lies must not wait for how the arithmetic
    /// before it went.
    std::uint16_t status = 0;
    std::uint8_t occupied = 0;  ///< bit n: Rn is not empty
    std::uint8_t top_of_stack = 0;
    Pointers pointers;

    [[nodiscard]] unsigned top() const { return top_of_stack; }
    void set_top(unsigned value) { top_of_stack = static_cast<std::uint8_t>(value & 7U); }
    /// The status word as programs see it.
    [[nodiscard]] std::uint16_t status_word() const {
        return static_cast<std::uint16_t>(status | unsigned{top_of_stack} << status::top_shift);
    }
    void set_status_word(std::uint16_t word) {
        status = static_cast<std::uint16_t>(word & ~unsigned{status::top});
        set_top(unsigned{word} >> status::top_shift);
    }
    [[nodiscard]] unsigned place(unsigned index) const { return (top() + index) & 7U; }
    [[nodiscard]] bool empty(unsigned index) const { return (occupied >> place(index) & 1U) == 0; }
    /// ST(index), whatever its tag.
    [[nodiscard]] Float80& st(unsigned index) { return physical[place(index)]; }
    [[nodiscard]] const Float80& st(unsigned index) const { return physical[place(index)]; }
    void set(unsigned index, Float80 value) {
        physical[place(index)] = value;
        occupied = static_cast<std::uint8_t>(occupied | (1U << place(index)));
    }
    void free(unsigned index) {
        occupied = static_cast<std::uint8_t>(occupied & ~(1U << place(index)));
    }
    void pop() {
        free(0);
        set_top(top() + 1);
    }

    /// Sets ES and B by the exceptions that are pending and unmasked.
    void summarize() {
        const bool pending = control.unmasked(status) != 0;
        constexpr auto both = static_cast<std::uint16_t>(status::summary | status::busy);
        status = static_cast<std::uint16_t>(pending ? status | both : status & ~both);
    }
    [[nodiscard]] bool error_pending() const { return (status & status::summary) != 0; }

    /// FNINIT. The registers keep their contents, but are empty.
    void initialize() {
        control = {};
        set_status_word(0);
        occupied = 0;
        pointers = {};
    }
};

}  // namespace ringside::cpu::fpu
