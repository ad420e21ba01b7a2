// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gdb/stack_rules.hpp"

namespace ringside::gdb {

/// A function of ntdll that NT's kernel enters; there is no return address on its stack.
struct UserEntry {
    enum class Leaves : std::uint8_t {
        nothing,          ///< that tells where the user code was
        context,          ///< a CONTEXT at `offset` from ESP
        context_pointer,  ///< its address there
    };
    std::string_view name;
    Leaves leaves{};
    std::int32_t offset = 0;
};

/// The entry of that name, if it is one.
[[nodiscard]] std::optional<UserEntry> user_entry(std::string_view name);

/// Whether the function at a place begins with XOR EBP,EBP, as the first code of a stack does that
/// nobody called (System V ABI, i386 supplement, "Process Initialization").
[[nodiscard]] bool begins_a_stack(LinearAddress at, const CodeReader& code);

/// Offsets of registers in CONTEXT (winnt.h), in the i386's numbering of DWARF.
struct ContextRegister {
    std::uint32_t number = 0;
    std::int32_t offset = 0;
};
inline constexpr ContextRegister context_registers[] = {
    {7, 0x9C},  // EDI
    {6, 0xA0},  // ESI
    {3, 0xA4},  // EBX
    {2, 0xA8},  // EDX
    {1, 0xAC},  // ECX
    {0, 0xB0},  // EAX
    {5, 0xB4},  // EBP
    {8, 0xB8},  // EIP
    {9, 0xC0},  // EFLAGS
    {4, 0xC4},  // ESP
};

}  // namespace ringside::gdb
