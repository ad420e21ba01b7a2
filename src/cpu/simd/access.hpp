// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/bits.hpp"
#include "cpu/cpu.hpp"

namespace ringside::cpu::simd {

[[noreturn, gnu::noinline, gnu::cold]] void refuse_sse(const Cpu& cpu);
[[noreturn, gnu::noinline, gnu::cold]] void refuse_mmx(const Cpu& cpu);
[[noreturn, gnu::noinline, gnu::cold]] void refuse_misaligned();

/// What every instruction on XMM registers or MXCSR does first: #UD while CR0.EM is set or
/// CR4.OSFXSR clear, then #NM while CR0.TS is set. SDM vol. 3, table 13-1.
inline void require_sse(const Cpu& cpu) {
    if ((cpu.cr0 & (cr0::em | cr0::ts)) != 0 || (cpu.cr4 & cr4::osfxsr) == 0) [[unlikely]] {
        refuse_sse(cpu);
    }
}

/// What every instruction on MMX registers does first: #UD while CR0.EM is set, #NM while TS is
/// set, #MF when an exception of an earlier x87 instruction waits. SDM vol. 3, 12.1 and 12.5.
inline void require_mmx(const Cpu& cpu) {
    if ((cpu.cr0 & (cr0::em | cr0::ts)) != 0 || cpu.fpu.state.error_pending()) [[unlikely]] {
        refuse_mmx(cpu);
    }
}

/// What every MMX instruction but EMMS does to the x87 once nothing can fault any more: TOP is 0
/// and no register is empty. SDM vol. 3, 12.2.
inline void enter_mmx(Cpu& cpu) {
    cpu.fpu.state.set_top(0);
    cpu.fpu.state.occupied = 0xFF;
}

/// Whether a 16-byte operand off its boundary is #GP(0), as it is but for the instructions that
/// have "unaligned" in their name.
enum class Alignment : std::uint8_t { required, any };

[[nodiscard, gnu::noinline]] const std::byte* xmm_found_long_way(Cpu& cpu, LinearAddress a);
[[gnu::noinline]] void write_xmm_long_way(Cpu& cpu, LinearAddress a, Xmm value);

inline void check_xmm_alignment(LinearAddress a) {
    if ((a.value & (sizeof(Xmm) - 1)) != 0) [[unlikely]] {
        refuse_misaligned();
    }
}

/// Where the host finds sixteen bytes of guest memory that the current privilege may read, `a`
/// being past segmentation. `cpu.at` tells the instruction.
template <Alignment alignment>
[[nodiscard]] const std::byte* find_xmm(Cpu& cpu, LinearAddress a) {
    if constexpr (alignment == Alignment::required) {
        check_xmm_alignment(a);
    }
    const mmu::TlbEntry& e = cpu.tlb->slot(a);
    if (e.read_tag == page_of(a + (sizeof(Xmm) - 1)).value) [[likely]] {
        return e.host(a);
    }
    return xmm_found_long_way(cpu, a);
}

template <Alignment alignment>
[[nodiscard, gnu::always_inline]] inline Xmm read_xmm(Cpu& cpu, LinearAddress a) {
    return load<Xmm>(find_xmm<alignment>(cpu, a));
}

/// Nothing is written unless all sixteen bytes may be.
template <Alignment alignment>
void write_xmm(Cpu& cpu, LinearAddress a, Xmm value) {
    if constexpr (alignment == Alignment::required) {
        check_xmm_alignment(a);
    }
    const mmu::TlbEntry& e = cpu.tlb->slot(a);
    if (e.write_tag == page_of(a + (sizeof(Xmm) - 1)).value) [[likely]] {
        store(e.host(a), value);
        return;
    }
    write_xmm_long_way(cpu, a, value);
}

}  // namespace ringside::cpu::simd
