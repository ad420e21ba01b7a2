// SPDX-License-Identifier: MIT
#include "gdb/user_entries.hpp"

#include <algorithm>
#include <array>

#include "cpu/decode/decoder.hpp"

namespace ringside::gdb {

std::optional<UserEntry> user_entry(std::string_view name) {
    // The contract between kernel and ntdll; guest/user/nt/ntdll/dispatch.S says it for each.
    constexpr std::array<UserEntry, 3> entries{
        {{"KiUserApcDispatcher", UserEntry::Leaves::context, 0x10},
         {"KiUserExceptionDispatcher", UserEntry::Leaves::context_pointer, 4},
         {"KiUserCallbackDispatcher", UserEntry::Leaves::nothing, 0}}};
    const auto* const found = std::find_if(
        entries.begin(), entries.end(), [name](const UserEntry& row) { return row.name == name; });
    return found == entries.end() ? std::nullopt : std::optional(*found);
}

bool begins_a_stack(LinearAddress at, const CodeReader& code) {
    constexpr unsigned most_instructions = 8;
    for (unsigned i = 0; i < most_instructions; ++i) {
        cpu::Decoded decoded{};
        if (cpu::decode(code(at, longest_instruction), true, decoded) != cpu::DecodeResult::ok) {
            return false;
        }
        const auto mnemonic = decoded.mnemonic();
        const auto is_ebp = [&decoded](unsigned operand) {
            return decoded.is_register(operand) &&
                   decoded.operand(operand).reg.value == ZYDIS_REGISTER_EBP;
        };
        if (mnemonic == ZYDIS_MNEMONIC_XOR && is_ebp(0) && is_ebp(1)) {
            return true;
        }
        if (mnemonic != ZYDIS_MNEMONIC_XOR && mnemonic != ZYDIS_MNEMONIC_MOV &&
            mnemonic != ZYDIS_MNEMONIC_LEA) {
            return false;
        }
        at += decoded.instruction.length;
    }
    return false;
}

}  // namespace ringside::gdb
