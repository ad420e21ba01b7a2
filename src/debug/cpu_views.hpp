// SPDX-License-Identifier: MIT
#pragma once

#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "guest/symbols.hpp"

namespace ringside::debug {

// The processor's own tables as they stand in guest memory and registers. Reading changes nothing.

/// Vector, gate type, DPL, selector:offset, symbol; every vector that the limit covers.
[[nodiscard]] guest::View idt_view(const guest::Machine& machine,
                                   const guest::SymbolTable& symbols);
/// Selector, type, base, limit, DPL, flags of every descriptor that is not empty.
[[nodiscard]] guest::View gdt_view(const guest::Machine& machine);
/// The fields of the current 32-bit task state segment.
[[nodiscard]] guest::View tss_view(const guest::Machine& machine,
                                   const guest::SymbolTable& symbols);
/// The model-specific registers that exist here.
[[nodiscard]] guest::View msr_view(const guest::Machine& machine,
                                   const guest::SymbolTable& symbols);

}  // namespace ringside::debug
