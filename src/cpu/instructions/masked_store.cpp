// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/instructions/fpu_operands.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

constexpr std::uint32_t part_size = 8;

/// A quadword at DS:EDI or DS:DI, or in the segment of a prefix, or behind it; found writable.
LinearAddress writable_part(Cpu& cpu, const Op* op, std::uint32_t delta) {
    std::uint32_t offset = cpu.registers[GeneralRegister::edi] + delta;
    if ((op->modes & op_mode::address16) != 0) {
        offset &= 0xFFFFU;
    }
    const auto r = static_cast<SegmentRegister>(op->segment);
    const LinearAddress a = linear(cpu, r, offset, part_size, mmu::Access::write);
    check_whole(cpu, op, a, part_size);
    cpu.require_aligned(a, part_size);
    cpu.probe(a, part_size, mmu::Access::write, cpu.privilege());
    return a;
}

/// MASKMOVQ and MASKMOVDQU: the bytes whose mask has its sign set, and no others, are written. All
/// must be writable all the same, quadword by quadword as silicon asks for them. MASKMOVQ makes the
/// x87's registers MMX registers even when it faults: the recorded vectors show it, and the manual
/// has it do so without writing anything.
template <typename File>
[[gnu::noinline]] void store_masked(Cpu& cpu, const Op* op) {
    File::require(cpu);
    File::enter(cpu);
    const auto bytes = lanes_of<std::uint8_t>(File::get(cpu, op->dst));
    const auto mask = lanes_of<std::uint8_t>(File::get(cpu, op->src));
    std::array<LinearAddress, sizeof bytes / part_size> parts;
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        parts[i] = writable_part(cpu, op, i * part_size);
    }
    for (std::uint32_t i = 0; i < bytes.size(); ++i) {
        if ((mask[i] & 0x80U) != 0) {
            cpu.write<std::uint8_t>(parts[i / part_size] + i % part_size, bytes[i]);
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
