// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

// Memory is coherent and one processor its only user, so everything is in order already. CLFLUSH
// is no instruction here: no model's CPUID has CLFSH.

void fence(Cpu&, const Op*) {}

Selection select_fence(const Decoded&, std::uint32_t) {
    return handled<&fence, false>();
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_LFENCE, select_fence, "fence", Model::p6, "SDM vol. 2, LFENCE"},
    Instruction{ZYDIS_MNEMONIC_MFENCE, select_fence, "fence", Model::p6, "SDM vol. 2, MFENCE"},
    Instruction{ZYDIS_MNEMONIC_SFENCE, select_fence, "fence", Model::p6, "SDM vol. 2, SFENCE"},
};

}  // namespace

std::span<const Instruction> memory_order_instructions() {
    return table;
}

}  // namespace ringside::cpu
