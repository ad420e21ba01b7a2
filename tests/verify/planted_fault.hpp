// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::test {

/// What a faulty BSWAP does wrong.
enum class Wrong : std::uint8_t {
    nothing,
    result,                ///< flips a bit of the register
    clock,                 ///< costs a tick more
    memory,                ///< changes a byte at 0x5000
    result_behind_others,  ///< flips a bit, but only where other instructions stand before it
};

/// The BSWAP of this program, in place of the library's, goes wrong once on `cpu`: when it is
/// executed for the `nth` time. One CPU at a time.
void plant(const cpu::Cpu& cpu, Wrong what, unsigned nth);

}  // namespace ringside::test
