// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/arithmetic.hpp"
#include "cpu/fpu/result.hpp"
#include "cpu/fpu/state.hpp"

namespace ringside::cpu::fpu {

/// The x87 as instructions see it: its state, who computes, and the rules for the register stack
/// and for exceptions that all instructions share.
class Unit {
  public:
    State state;
    /// Host or soft; either gives the same bits.
    const Arithmetic* arithmetic = &host_arithmetic();

    /// Notes what an operation raised, and C1. True when the destination is to be written.
    bool report(std::uint16_t raised);
    /// The same, but C1 stays unless the stack is at fault.
    bool raise(std::uint16_t raised);
    /// Replaces C3 to C0 too.
    bool report_conditions(std::uint16_t raised);

    /// A source register was empty. True when the masked response, the indefinite, is to be used.
    bool underflow();
    /// A push would hit a register in use. True as for underflow().
    bool overflow();

    /// Pushes the masked or real result; the caller has asked push_overflows().
    void push(Float80 value);
    [[nodiscard]] bool push_overflows() const { return !state.empty(7); }
};

}  // namespace ringside::cpu::fpu
