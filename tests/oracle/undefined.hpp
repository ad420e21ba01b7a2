// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/decode/decoder.hpp"
#include "oracle/program.hpp"
#include "oracle/state.hpp"

namespace ringside::oracle {

/// What the manual leaves open behind one instruction (SDM vol. 2, its page; vol. 1, appendix A).
struct Undefined {
    vectors::Registers registers;  ///< 1 bits are open
    std::uint16_t fpu_status = 0;
    std::vector<vectors::MemoryByte> memory;  ///< 1 bits are open
    bool approximate = false;                 ///< XMM results promise a relative error only
};

/// Flags and FSW bits.
struct OpenFlags {
    std::uint32_t eflags = 0;
    std::uint16_t fpu_status = 0;
};

/// What an instruction may leave open, whatever its operands are.
[[nodiscard]] OpenFlags open_behind(const cpu::Decoded& decoded);

/// For an instruction that ran to its end, in the real processor's opinion.
[[nodiscard]] Undefined undefined_behind(const Program& program, const cpu::Decoded& decoded,
                                         const State& after);

}  // namespace ringside::oracle
