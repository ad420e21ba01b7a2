// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "debug/arguments.hpp"
#include "debug/inspector.hpp"

namespace ringside::debug {

// Verbs about names: what each does and takes stands in verbs.cpp.

[[nodiscard]] std::string list_nearest(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string examine_symbols(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string list_modules(Inspector& inspector, const Arguments& arguments);
[[nodiscard]] std::string evaluate_expression(Inspector& inspector, const Arguments& arguments);

/// Whether a name matches a pattern in which `*` stands for any characters and `?` for one, without
/// regard to case.
[[nodiscard]] bool matches_pattern(std::string_view name, std::string_view pattern);

}  // namespace ringside::debug
