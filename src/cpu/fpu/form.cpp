// SPDX-License-Identifier: MIT
#include "cpu/fpu/form.hpp"

#include <array>

#include "base/ensure.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Every opcode of the eight escape bytes. Memory forms stand at mod = 0.
struct Table {
    std::array<const Form*, 2048> by_opcode{};

    Table() {
        for (const auto family : {transfer_forms(), arithmetic_forms(), comparison_forms(),
                                  elementary_forms(), control_forms()}) {
            for (const Form& form : family) {
                for (unsigned i = 0; i < form.count; ++i) {
                    const Form*& entry = by_opcode[form.opcode + i];
                    ensure(entry == nullptr, "two x87 forms for one opcode");
                    entry = &form;
                }
            }
        }
    }
};

}  // namespace

const Form* form_with_opcode(std::uint16_t opcode) {
    static const Table table;
    const bool memory = (opcode & 0xC0U) != 0xC0U;
    return table.by_opcode[memory ? opcode & 0x738U : opcode & 0x7FFU];
}

const Form* find_form(std::uint8_t escape, std::uint8_t modrm) {
    return form_with_opcode(opcode_of(escape, modrm));
}

unsigned operand_size(Operand operand, ImageFormat format) {
    switch (operand) {
        case Operand::none:
        case Operand::stack:
        case Operand::ax: return 0;
        case Operand::integer16:
        case Operand::word: return 2;
        case Operand::real32:
        case Operand::integer32: return 4;
        case Operand::real64:
        case Operand::integer64: return 8;
        case Operand::real80:
        case Operand::decimal80: return 10;
        case Operand::environment: return format.environment_size();
        case Operand::save: return format.save_size();
    }
    return 0;
}

}  // namespace ringside::cpu::fpu
