// SPDX-License-Identifier: MIT
#include "verify/planted_fault.hpp"

#include "cpu/dispatch.hpp"
#include "cpu/instruction.hpp"

// The linker's --wrap gives the real function the one name and calls the other instead.
extern "C" const ringside::cpu::Instruction*
__real__ZN8ringside3cpu16find_instructionE14ZydisMnemonic_(ZydisMnemonic mnemonic);

namespace ringside::test {
namespace {

const cpu::Cpu* faulty = nullptr;
Wrong wrong = Wrong::nothing;
unsigned left = 0;

bool is_due(const cpu::Cpu& cpu) {
    return &cpu == faulty && --left == 0;
}

void swap_bytes(cpu::Cpu& cpu, const cpu::Op* op) {
    cpu.at = op;
    auto value = __builtin_bswap32(cpu.registers.get<std::uint32_t>(op->dst));
    if (is_due(cpu)) {
        switch (wrong) {
            case Wrong::nothing: break;
            case Wrong::result: value ^= 0x40; break;
            case Wrong::clock: ++cpu.clock; break;
            case Wrong::memory: cpu.write<std::uint8_t>(LinearAddress{0x5000}, 0xEE); break;
            case Wrong::result_behind_others: value ^= op->offset != 0 ? 0x40U : 0U; break;
        }
    }
    cpu.registers.set<std::uint32_t>(op->dst, value);
}

cpu::Selection select_swap(const cpu::Decoded&, std::uint32_t) {
    return {&cpu::guarded<swap_bytes>, false};
}

}  // namespace

void plant(const cpu::Cpu& cpu, Wrong what, unsigned nth) {
    faulty = &cpu;
    wrong = what;
    left = nth;
}

}  // namespace ringside::test

extern "C" const ringside::cpu::Instruction*
__wrap__ZN8ringside3cpu16find_instructionE14ZydisMnemonic_(ZydisMnemonic mnemonic) {
    const ringside::cpu::Instruction* const row =
        __real__ZN8ringside3cpu16find_instructionE14ZydisMnemonic_(mnemonic);
    if (mnemonic != ZYDIS_MNEMONIC_BSWAP) {
        return row;
    }
    static ringside::cpu::Instruction own = *row;
    own.select = &ringside::test::select_swap;
    return &own;
}
