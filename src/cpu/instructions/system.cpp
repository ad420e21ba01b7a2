// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/require.hpp"

namespace ringside::cpu {
namespace {

void invalidate_page(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const Segment& s = cpu.segment(static_cast<SegmentRegister>(op->segment));
    cpu.mmu.invalidate_page({s.base + effective_offset(cpu, op)});
    cpu.context_changed();
}

// No cache has bytes of its own: only a model of one has something to forget.
void drop_caches(Cpu& cpu, const Op*) {
    require_ring_0(cpu);
    if (cpu.memory) {
        cpu.memory->drop_lines();
    }
}

const Op* halt(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    cpu.clock += op->clocks;
    cpu.eip = cpu.eip_of(op) + op->length;
    // A pending single-step trap ends the halt at once.
    if ((cpu.system_flags & flag::tf) == 0) {
        cpu.exit.kind = ExitKind::halted;
    }
    return nullptr;
}

template <auto body>
Selection select_guarded(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

template <auto body>
Selection select_serializing(const Decoded&, std::uint32_t) {
    return {&serializing<body>, true};
}

Selection select_halt(const Decoded&, std::uint32_t) {
    return {&ending<&halt>, true};
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_HLT, select_halt, "HLT", Model::i386, "SDM vol. 2, HLT"},
    Instruction{ZYDIS_MNEMONIC_INVD, select_guarded<&drop_caches>, "INVD", Model::i486,
                "SDM vol. 2, INVD"},
    Instruction{ZYDIS_MNEMONIC_INVLPG, select_serializing<&invalidate_page>, "INVLPG", Model::i486,
                "SDM vol. 2, INVLPG"},
    Instruction{ZYDIS_MNEMONIC_WBINVD, select_guarded<&drop_caches>, "WBINVD", Model::i486,
                "SDM vol. 2, WBINVD"},
};

}  // namespace

std::span<const Instruction> system_instructions() {
    return table;
}

}  // namespace ringside::cpu
