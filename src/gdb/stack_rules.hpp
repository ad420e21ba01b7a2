// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "guest/symbols.hpp"

namespace ringside::gdb {

/// How the caller of the code at one instruction is found. The reference address is what DWARF
/// calls the CFA.
struct StackRule {
    enum class Kind : std::uint8_t {
        call,       ///< the reference address stands behind a return address
        gate,       ///< it is where the processor's frame begins: EIP, CS, EFLAGS ...
        sysenter,   ///< nothing is pushed: it is ring 3's own ESP
        context,    ///< a CONTEXT stands there, with the registers of the interrupted code
        outermost,  ///< nobody called
    };
    enum class Base : std::uint8_t { esp, ebp, edx };

    Kind kind{};
    Base base{};
    std::int32_t offset = 0;  ///< from the base register to the reference address
    bool indirect = false;    ///< the dword there is the reference address
    /// Where EBX, EBP, ESI and EDI were saved, from the reference address; nothing: they still
    /// hold what they held.
    std::array<std::optional<std::int32_t>, 4> saved{};

    friend bool operator==(const StackRule&, const StackRule&) = default;
};

/// A place where ring 3, or an interrupt, enters code.
struct KernelEntry {
    LinearAddress at{};
    bool error_code = false;
    bool sysenter = false;
};

/// Reads bytes of the guest from an address, fewer where memory ends.
using CodeReader = std::function<std::vector<std::byte>(LinearAddress, std::size_t)>;

struct StackRules {
    struct Instruction {
        std::uint32_t length = 0;
        StackRule rule;
    };
    std::map<std::uint32_t, Instruction> instructions;  ///< by address
    /// Where SYSENTER's caller goes on, if an entry tells.
    std::optional<LinearAddress> sysenter_return;
    /// Functions that nobody calls. A debugger looks for the caller in front of a return address,
    /// so that the byte in front of each is its own here, with the rule of its first instruction,
    /// unless another instruction begins there.
    std::vector<LinearAddress> outermost;
    bool has_context = false;  ///< a rule is of the kind `context`
};

/// Follows pushes and pops through the code of a module, from its entries and then from its
/// functions. Code that no path with a known stack leads to has no rule.
[[nodiscard]] StackRules stack_rules(const guest::Module& module,
                                     const std::vector<KernelEntry>& entries,
                                     const CodeReader& code);

inline constexpr std::size_t longest_instruction = 15;

/// The section .debug_frame for rules: addresses in it count from `bias`. `border`, if not 0, are
/// addresses behind the module that stand for the way into a gate, and behind that for the way into
/// a user entry: the debugger shows a frame there as "signal handler called".
[[nodiscard]] std::string frame_section(const StackRules& rules, std::uint32_t bias,
                                        std::uint32_t border);
inline constexpr std::uint32_t border_bytes = 16;

}  // namespace ringside::gdb
