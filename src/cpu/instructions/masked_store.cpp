// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/instructions/fpu_operands.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// DS:EDI or DS:DI, or the segment of a prefix.
LinearAddress destination(const Cpu& cpu, const Op* op, std::uint32_t size) {
    const bool address16 = (op->modes & op_mode::address16) != 0;
    const std::uint32_t edi = cpu.registers[GeneralRegister::edi];
    return linear(cpu, static_cast<SegmentRegister>(op->segment), address16 ? edi & 0xFFFFU : edi,
                  size, mmu::Access::write);
}

/// MASKMOVQ and MASKMOVDQU: the bytes whose mask has its sign set, and no others, are written. All
/// must be writable all the same. MASKMOVQ makes the x87's registers MMX registers even when it
/// faults: the recorded vectors show it, and the manual has it do so without writing anything.
template <typename File>
[[gnu::noinline]] void store_masked(Cpu& cpu, const Op* op) {
    File::require(cpu);
    File::enter(cpu);
    const auto bytes = lanes_of<std::uint8_t>(File::get(cpu, op->dst));
    const auto mask = lanes_of<std::uint8_t>(File::get(cpu, op->src));
    const LinearAddress a = destination(cpu, op, sizeof bytes);
    check_whole(cpu, op, a, sizeof bytes);
    cpu.require_aligned(a, sizeof bytes);
    cpu.probe(a, sizeof bytes, mmu::Access::write, cpu.privilege());
    for (std::uint32_t i = 0; i < bytes.size(); ++i) {
        if ((mask[i] & 0x80U) != 0) {
            cpu.write<std::uint8_t>(a + i, bytes[i]);
        }
    }
}

template <typename File>
Selection select_masked(const Decoded&, std::uint32_t) {
    return handled<&store_masked<File>, true>();
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_MASKMOVDQU, select_masked<XmmFile>, "MASKMOV", Model::p6,
                "SDM vol. 2, MASKMOVDQU"},
    Instruction{ZYDIS_MNEMONIC_MASKMOVQ, select_masked<MmxFile>, "MASKMOV", Model::p6,
                "SDM vol. 2, MASKMOVQ"},
};

}  // namespace

std::span<const Instruction> masked_store_instructions() {
    return table;
}

}  // namespace ringside::cpu
