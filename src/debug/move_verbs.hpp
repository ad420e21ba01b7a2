// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "debug/arguments.hpp"
#include "debug/debugger.hpp"

namespace ringside::debug {

// Verbs that move the machine, and those about breakpoints: what each does and takes stands in
// verbs.cpp.

[[nodiscard]] std::string go(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string go_up(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string step(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string step_over(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string go_back(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string step_back(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string travel(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string quit(Debugger& debugger, const Arguments& arguments);

[[nodiscard]] std::string set_breakpoint(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string set_watch(Debugger& debugger, const Arguments& arguments);
[[nodiscard]] std::string list_breakpoints(Debugger& debugger, const Arguments& arguments);
/// `bc`, `bd` and `be`.
[[nodiscard]] std::string change_breakpoints(Debugger& debugger, const Arguments& arguments);

}  // namespace ringside::debug
