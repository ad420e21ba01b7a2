// SPDX-License-Identifier: MIT
#include "cpu/simd/access.hpp"

#include "cpu/fpu_access.hpp"
#include "cpu/instructions/fpu_operands.hpp"

namespace ringside::cpu::simd {
namespace {

/// What the fast path leaves out: the end of a flat segment, #AC, the second page.
void check_long_way(Cpu& cpu, LinearAddress a, mmu::Access access) {
    check_whole(cpu, cpu.at, a, sizeof(Xmm));
    cpu.require_aligned(a, sizeof(Xmm));
    cpu.probe(a, sizeof(Xmm), access, cpu.privilege());
}

}  // namespace

void refuse_sse(const Cpu& cpu) {
    if ((cpu.cr0 & cr0::em) != 0 || (cpu.cr4 & cr4::osfxsr) == 0) {
        throw Fault::ud();
    }
    throw Fault{Vector::device_not_available, 0, {}};
}

void refuse_mmx(const Cpu& cpu) {
    if ((cpu.cr0 & cr0::em) != 0) {
        throw Fault::ud();
    }
    if ((cpu.cr0 & cr0::ts) != 0) {
        throw Fault{Vector::device_not_available, 0, {}};
    }
    raise_fpu_error(cpu);
}

void refuse_misaligned() {
    throw Fault::gp(0);
}

const std::byte* xmm_found_long_way(Cpu& cpu, LinearAddress a) {
    check_long_way(cpu, a, mmu::Access::read);
    cpu.simd.assembled = {{cpu.read<std::uint64_t>(a), cpu.read<std::uint64_t>(a + 8)}};
    return reinterpret_cast<const std::byte*>(cpu.simd.assembled.quads.data());
}

void write_xmm_long_way(Cpu& cpu, LinearAddress a, Xmm value) {
    check_long_way(cpu, a, mmu::Access::write);
    cpu.write<std::uint64_t>(a, value.quads[0]);
    cpu.write<std::uint64_t>(a + 8, value.quads[1]);
}

}  // namespace ringside::cpu::simd
