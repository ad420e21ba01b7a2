// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <vector>

#include "base/ensure.hpp"
#include "cpu/instruction.hpp"

namespace ringside::cpu {
namespace {

std::vector<Instruction> collect() {
    std::vector<Instruction> all;
    for (const auto family : {arithmetic_instructions(),
                              bcd_instructions(),
                              bit_instructions(),
                              control_instructions(),
                              control_register_instructions(),
                              data_instructions(),
                              descriptor_table_instructions(),
                              divide_instructions(),
                              extended_state_instructions(),
                              flag_instructions(),
                              float_arithmetic_instructions(),
                              float_compare_instructions(),
                              float_convert_instructions(),
                              fpu_instructions(),
                              identification_instructions(),
                              io_instructions(),
                              logic_instructions(),
                              masked_store_instructions(),
                              memory_order_instructions(),
                              multiply_instructions(),
                              packed_extract_instructions(),
                              packed_integer_instructions(),
                              packed_logic_instructions(),
                              packed_move_instructions(),
                              packed_shift_instructions(),
                              packed_shuffle_instructions(),
                              segment_instructions(),
                              shift_instructions(),
                              stack_instructions(),
                              string_instructions(),
                              system_instructions(),
                              transition_instructions()}) {
        all.insert(all.end(), family.begin(), family.end());
    }
    const auto before = [](const Instruction& a, const Instruction& b) {
        return a.mnemonic < b.mnemonic;
    };
    std::sort(all.begin(), all.end(), before);
    ensure(std::adjacent_find(all.begin(), all.end(),
                              [](const Instruction& a, const Instruction& b) {
                                  return a.mnemonic == b.mnemonic;
                              }) == all.end(),
           "a mnemonic has two rows");
    return all;
}

}  // namespace

std::span<const Instruction> instruction_set() {
    static const std::vector<Instruction> all = collect();
    return all;
}

const Instruction* find_instruction(ZydisMnemonic mnemonic) {
    const auto all = instruction_set();
    const auto found = std::lower_bound(
        all.begin(), all.end(), mnemonic,
        [](const Instruction& row, ZydisMnemonic wanted) { return row.mnemonic < wanted; });
    return found != all.end() && found->mnemonic == mnemonic ? &*found : nullptr;
}

}  // namespace ringside::cpu
