// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "guest/machine.hpp"
#include "guest/symbols.hpp"

namespace ringside::debug {

/// Where a function's return address stands, and its caller's EBP.
struct ReturnSlot {
    std::uint32_t at = 0;
    std::uint32_t ebp = 0;
};

/// Told from the code at EIP, for code whose EBP is not its own: in front of `mov ebp, esp`, behind
/// `pop ebp`, or in a stub that never touches it. Follows the code to its RET without running it,
/// over branches but not over calls; else looks for the CALL that leads here. 32-bit code only.
/// Nothing when the chain of EBP is the better way, or nobody knows.
[[nodiscard]] std::optional<ReturnSlot> return_slot(const guest::Machine& machine,
                                                    const guest::SymbolTable& symbols,
                                                    std::uint32_t eip, std::uint32_t esp,
                                                    std::uint32_t ebp);

/// Where a kernel on its way out by SYSEXIT goes on.
struct UserPlace {
    std::uint32_t eip = 0;
    std::uint32_t esp = 0;
};

/// Told from the code at EIP, when it leads straight to a SYSEXIT: what EDX and ECX will be there.
[[nodiscard]] std::optional<UserPlace> sysexit_ahead(const guest::Machine& machine,
                                                     std::uint32_t eip, std::uint32_t esp);

/// Whether the bytes before an address of a loaded module are a near CALL.
[[nodiscard]] bool is_return_address(const guest::Machine& machine,
                                     const guest::SymbolTable& symbols, std::uint32_t address);

}  // namespace ringside::debug
