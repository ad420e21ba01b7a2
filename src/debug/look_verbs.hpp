// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "debug/arguments.hpp"
#include "debug/inspector.hpp"

namespace ringside::debug {

// Verbs about registers, stack, memory and structures: what each does and takes stands in
// verbs.cpp.

[[nodiscard]] std::string show_registers(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_stack(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_memory(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_physical_memory(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_text(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_code(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_structure(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string show_table(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string choose_trap_frame(Inspector& inspector, const Arguments& arguments);

/// The instruction that comes next, behind its symbol: what a debugger shows at each stop.
[[nodiscard]] std::string place_lines(const Inspector& inspector);

}  // namespace ringside::debug
