// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cpu/decode/decoder.hpp"
#include "cpu/eflags.hpp"
#include "cpu/model.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

/// What a handler is to the arithmetic flags of the instructions before it.
enum class FlagEffect : std::uint8_t {
    looks,     ///< they must be right: it reads some, may fault, or leaves the block
    passes,    ///< it neither reads them nor writes all six
    replaces,  ///< it writes all six and reads none
};

inline constexpr std::size_t condition_count = 16;
/// One instruction and a Jcc behind it, by the condition.
using JumpHandlers = std::array<Handler, condition_count>;

/// The handler that fits one decoded form, and whether control leaves the block behind it.
struct Selection {
    Handler handler = nullptr;  ///< null: no such form, #UD
    bool ends_block = false;
    FlagEffect flags = FlagEffect::looks;
    /// The same but for the flags, which it leaves alone; for where they are replaced before
    /// anything looks at them. Null: none.
    Handler quiet = nullptr;
    Handler twice = nullptr;                  ///< it and an op with the same handler behind it
    const JumpHandlers* with_jump = nullptr;  ///< null: it does not join with one
    std::optional<Condition> jumps_if = std::nullopt;  ///< of a Jcc
};

/// Picks the instantiation for an instruction's width and operand shapes. `mode` has bits of
/// block_mode.
using SelectHandler = Selection (*)(const Decoded& decoded, std::uint32_t mode);

/// All the machine knows about one mnemonic.
struct Instruction {
    ZydisMnemonic mnemonic;
    SelectHandler select;
    std::string_view clocks;  ///< form key in data/clocks.tsv
    Model first;              ///< earlier models answer #UD
    std::string_view source;  ///< manual and place
};

/// The row of a mnemonic; null when no model here has it.
[[nodiscard]] const Instruction* find_instruction(ZydisMnemonic mnemonic);

/// Every row, ordered by mnemonic.
[[nodiscard]] std::span<const Instruction> instruction_set();

// The families, each in cpu/instructions/<family>.cpp.
std::span<const Instruction> arithmetic_instructions();
std::span<const Instruction> bcd_instructions();
std::span<const Instruction> bit_instructions();
std::span<const Instruction> control_instructions();
std::span<const Instruction> control_register_instructions();
std::span<const Instruction> data_instructions();
std::span<const Instruction> descriptor_table_instructions();
std::span<const Instruction> divide_instructions();
std::span<const Instruction> extended_state_instructions();
std::span<const Instruction> flag_instructions();
std::span<const Instruction> float_arithmetic_instructions();
std::span<const Instruction> float_compare_instructions();
std::span<const Instruction> float_convert_instructions();
std::span<const Instruction> fpu_instructions();
std::span<const Instruction> identification_instructions();
std::span<const Instruction> io_instructions();
std::span<const Instruction> logic_instructions();
std::span<const Instruction> masked_store_instructions();
std::span<const Instruction> memory_order_instructions();
std::span<const Instruction> multiply_instructions();
std::span<const Instruction> packed_extract_instructions();
std::span<const Instruction> packed_integer_instructions();
std::span<const Instruction> packed_logic_instructions();
std::span<const Instruction> packed_move_instructions();
std::span<const Instruction> packed_shift_instructions();
std::span<const Instruction> packed_shuffle_instructions();
std::span<const Instruction> segment_instructions();
std::span<const Instruction> shift_instructions();
std::span<const Instruction> stack_instructions();
std::span<const Instruction> string_instructions();
std::span<const Instruction> system_instructions();
std::span<const Instruction> transition_instructions();

// MOV, POP, CALL, JMP, RET and CMPSD are mnemonics with forms in several families.
Selection select_far_call(const Decoded& decoded, std::uint32_t mode);
Selection select_far_jump(const Decoded& decoded, std::uint32_t mode);
Selection select_far_return(const Decoded& decoded, std::uint32_t mode);
Selection select_pop_segment(const Decoded& decoded, std::uint32_t mode);
Selection select_move_segment(const Decoded& decoded, std::uint32_t mode);
Selection select_move_system(const Decoded& decoded, std::uint32_t mode);
// CMPSD and MOVSD are also instructions on double-precision scalars.
Selection select_scalar_compare(const Decoded& decoded, std::uint32_t mode);
Selection select_scalar_move(const Decoded& decoded, std::uint32_t mode);

/// The opcode of an escape instruction (D8 to DF), as FOP has it.
std::uint16_t x87_opcode(const Decoded& decoded);
/// Handler of escapes that are no instruction: #NM while CR0.EM or TS is set, else #UD.
const Op* coprocessor_escape(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
