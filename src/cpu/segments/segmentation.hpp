// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"

namespace ringside::cpu {

/// Segment and offset to linear address, with the type and limit checks of one access of `size`
/// bytes. Throws #SS(0) for SS, else #GP(0).
[[nodiscard]] inline LinearAddress linear(const Cpu& cpu, SegmentRegister r, std::uint32_t offset,
                                          std::uint32_t size, mmu::Access access) {
    const Segment& s = cpu.segment(r);
    const bool allowed = access == mmu::Access::write ? s.writable : s.readable;
    if (!allowed || !s.holds(offset, size)) [[unlikely]] {
        throw r == SegmentRegister::ss ? Fault::ss(0) : Fault::gp(0);
    }
    return {s.base + offset};
}

/// Bit 0 to 31 of ESP that the stack uses: all of them, or SP in a 16-bit stack segment.
[[nodiscard]] inline std::uint32_t stack_mask(const Cpu& cpu) {
    return cpu.segment(SegmentRegister::ss).is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
}

/// Throws #GP(0) when control may not go to `offset` in the current code segment.
inline void check_target(const Cpu& cpu, std::uint32_t offset) {
    if (offset > cpu.segment(SegmentRegister::cs).highest) [[unlikely]] {
        throw Fault::gp(0);
    }
}

}  // namespace ringside::cpu
