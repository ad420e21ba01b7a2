// SPDX-License-Identifier: MIT
#include "cpu/faults/memory_forms.hpp"

#include <array>
#include <span>

#include "cpu/cpu.hpp"
#include "cpu/decode/decoder.hpp"
#include "cpu/instruction.hpp"

namespace ringside::test {
namespace {

/// Where the enumeration puts its operand; any address that shows in the decoded displacement.
constexpr std::uint32_t address = 0x12345678;

using Code = std::vector<std::uint8_t>;

bool same_address(const cpu::Decoded& d, unsigned operand) {
    return static_cast<std::uint32_t>(d.operand(operand).mem.disp.value) == address;
}

/// Adds what decodes to a row of the table with a memory operand of its own.
void add_form(std::vector<MemoryForm>& forms, const Code& code, std::size_t address_at) {
    std::array<std::byte, 15> bytes{};
    for (std::size_t i = 0; i < code.size(); ++i) {
        bytes.at(i) = std::byte{code[i]};
    }
    cpu::Decoded d;
    if (cpu::decode(bytes, true, d) != cpu::DecodeResult::ok) {
        return;
    }
    const cpu::Instruction* const row = cpu::find_instruction(d.mnemonic());
    constexpr std::uint32_t mode =
        cpu::block_mode::code32 | cpu::block_mode::flat_data | cpu::block_mode::protected_mode;
    if (row == nullptr || row->select(d, mode).handler == nullptr) {
        return;
    }
    for (unsigned i = 0; i < d.operand_count(); ++i) {
        const auto& operand = d.operand(i);
        const bool accessed = d.is_memory(i) && operand.mem.type == ZYDIS_MEMOP_TYPE_MEM;
        if (!accessed || !same_address(d, i)) {
            continue;
        }
        MemoryForm form;
        form.code = code;
        form.code.resize(d.instruction.length);
        form.address_at = address_at;
        form.size = operand.size / 8U;
        form.reads = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
        form.writes = (operand.actions & ZYDIS_OPERAND_ACTION_WRITE) != 0;
        form.may_write = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        form.mnemonic = ZydisMnemonicGetString(d.mnemonic());
        form.text = cpu::disassemble(std::span<const std::byte>(bytes), true, 0);
        forms.push_back(form);
    }
}

void append_address(Code& code) {
    for (unsigned i = 0; i < 4; ++i) {
        code.push_back(static_cast<std::uint8_t>(address >> (8 * i)));
    }
}

void add_opcode(std::vector<MemoryForm>& forms, const Code& prefix_and_opcode) {
    for (unsigned reg = 0; reg < 8; ++reg) {
        Code code = prefix_and_opcode;
        code.push_back(static_cast<std::uint8_t>(reg << 3 | 5));  // [disp32]
        const std::size_t at = code.size();
        append_address(code);
        code.insert(code.end(), 4, 0x01);  // whatever immediate
        add_form(forms, code, at);
    }
}

}  // namespace

std::vector<MemoryForm> memory_forms() {
    std::vector<MemoryForm> forms;
    for (const Code& prefix : {Code{}, Code{0x66}, Code{0xF2}, Code{0xF3}}) {
        for (unsigned opcode = 0; opcode < 256; ++opcode) {
            const auto byte = static_cast<std::uint8_t>(opcode);
            Code one = prefix;
            one.push_back(byte);
            Code two = prefix;
            two.insert(two.end(), {0x0F, byte});
            const bool moffs = opcode >= 0xA0 && opcode <= 0xA3;
            if (moffs) {
                Code bare = one;
                append_address(bare);
                add_form(forms, bare, one.size());
            } else {
                add_opcode(forms, one);
            }
            add_opcode(forms, two);
        }
    }
    return forms;
}

}  // namespace ringside::test
