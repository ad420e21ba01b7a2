// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/symbols.hpp"

namespace ringside::trace {

/// The return addresses at the top of a 32-bit stack, innermost first: words from ESP on, as long
/// as each lies behind a CALL in a loaded module.
[[nodiscard]] std::vector<LinearAddress> callers(const guest::Machine& machine,
                                                 const guest::SymbolTable& symbols,
                                                 const cpu::ExecutionPoint& point,
                                                 std::size_t most);

}  // namespace ringside::trace
