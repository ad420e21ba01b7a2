// SPDX-License-Identifier: MIT
#include <array>
#include <cstring>
#include <span>

#include "cpu/fpu/environment.hpp"
#include "cpu/fpu_access.hpp"
#include "cpu/instruction.hpp"
#include "cpu/instructions/fpu_operands.hpp"
#include "cpu/simd/operands.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

// What MMX and SSE add to the state of a task, and the instructions that save and load it.

// FXSAVE's image (SDM vol. 1, 10.5.1): x87 to byte 24 and from 32 to 160, MXCSR and what it may
// hold between them, XMM0 to XMM7 behind. The rest is left alone.
constexpr std::uint32_t image_size = 512;
constexpr std::uint32_t mxcsr_at = 24;
constexpr std::uint32_t mxcsr_mask_at = 28;
constexpr std::uint32_t registers_at = 32;
constexpr std::uint32_t xmm_at = fpu::extended_save_size;
constexpr std::uint32_t xmm_end = xmm_at + 8 * sizeof(Xmm);

void check_mxcsr(std::uint32_t value) {
    if ((value & ~State::mxcsr_mask) != 0) {
        throw Fault::gp(0);
    }
}

/// Neither instruction waits for x87 exceptions. While CR4.OSFXSR is clear the system does not
/// know of SSE, and its part is neither saved nor loaded.
bool with_sse(const Cpu& cpu) {
    return (cpu.cr4 & cr4::osfxsr) != 0;
}

/// The first double word must be within the limit; then comes its alignment, by #AC(0) when it is
/// off a double word and alignment is checked, else by #GP(0); then the rest. The manual leaves the
/// order and the width open, silicon tells them.
void require_image(const Cpu& cpu, const Op* op, MemoryImage& memory) {
    require_fpu(cpu);
    const auto r = static_cast<SegmentRegister>(op->segment);
    constexpr std::uint32_t first = 4;
    if (!cpu.segment(r).holds(effective_offset(cpu, op), first)) {
        throw r == SegmentRegister::ss ? Fault::ss(0) : Fault::gp(0);
    }
    const LinearAddress start = unchecked_address(cpu, op);
    check_whole(cpu, op, start, first);
    cpu.require_aligned(start, first);
    check_xmm_alignment(start);
    memory.require(TriedFirst::last_byte);
}

[[gnu::noinline]] void save(Cpu& cpu, const Op* op) {
    MemoryImage memory(cpu, op, image_size, mmu::Access::write);
    require_image(cpu, op, memory);
    std::array<std::byte, xmm_end> image{};
    fpu::store_extended(cpu.fpu.state, image);
    const std::span all(image);
    memory.write(0, all.first(mxcsr_at));
    memory.write(registers_at, all.subspan(registers_at, xmm_at - registers_at));
    if (with_sse(cpu)) {
        store(image.data() + mxcsr_at, cpu.simd.mxcsr);
        store(image.data() + mxcsr_mask_at, State::mxcsr_mask);
        std::memcpy(image.data() + xmm_at, cpu.simd.xmm.data(), sizeof cpu.simd.xmm);
        memory.write(mxcsr_at, all.subspan(mxcsr_at, registers_at - mxcsr_at));
        memory.write(xmm_at, all.subspan(xmm_at));
    }
}

[[gnu::noinline]] void restore(Cpu& cpu, const Op* op) {
    MemoryImage memory(cpu, op, image_size, mmu::Access::read);
    require_image(cpu, op, memory);
    std::array<std::byte, xmm_end> image{};
    memory.read(image);
    if (with_sse(cpu)) {
        const auto mxcsr = load<std::uint32_t>(image.data() + mxcsr_at);
        check_mxcsr(mxcsr);
        cpu.simd.mxcsr = mxcsr;
        std::memcpy(cpu.simd.xmm.data(), image.data() + xmm_at, sizeof cpu.simd.xmm);
    }
    fpu::load_extended(cpu.fpu.state, image);
}

template <typename Memory>
void load_mxcsr(Cpu& cpu, const Op* op) {
    require_sse(cpu);
    const auto value = Memory::template read<std::uint32_t>(cpu, op);
    check_mxcsr(value);
    cpu.simd.mxcsr = value;
}

template <typename Memory>
void store_mxcsr(Cpu& cpu, const Op* op) {
    require_sse(cpu);
    Memory::template write<std::uint32_t>(cpu, op, cpu.simd.mxcsr);
}

/// EMMS: the x87 may have its registers back.
void leave_mmx(Cpu& cpu, const Op*) {
    require_mmx(cpu);
    enter_mmx(cpu);
    cpu.fpu.state.occupied = 0;
}

template <auto body>
Selection select_only(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

Selection select_load_mxcsr(const Decoded& d, std::uint32_t mode) {
    return with_vector_memory(
        d, mode, []<typename Memory>() { return handled<&load_mxcsr<Memory>, true>(); });
}

Selection select_store_mxcsr(const Decoded& d, std::uint32_t mode) {
    return with_vector_memory(
        d, mode, []<typename Memory>() { return handled<&store_mxcsr<Memory>, true>(); });
}

// clang-format off
constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_EMMS, select_only<&leave_mmx>, "EMMS", Model::p6, "SDM vol. 2, EMMS"},
    Instruction{ZYDIS_MNEMONIC_FXRSTOR, select_only<&restore>, "FXRSTOR", Model::p6, "SDM vol. 2, FXRSTOR"},
    Instruction{ZYDIS_MNEMONIC_FXSAVE, select_only<&save>, "FXSAVE", Model::p6, "SDM vol. 2, FXSAVE"},
    Instruction{ZYDIS_MNEMONIC_LDMXCSR, select_load_mxcsr, "LDMXCSR", Model::p6, "SDM vol. 2, LDMXCSR"},
    Instruction{ZYDIS_MNEMONIC_STMXCSR, select_store_mxcsr, "STMXCSR", Model::p6, "SDM vol. 2, STMXCSR"},
};
// clang-format on

}  // namespace

std::span<const Instruction> extended_state_instructions() {
    return table;
}

}  // namespace ringside::cpu
