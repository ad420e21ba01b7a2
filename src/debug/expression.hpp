// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "debug/inspector.hpp"

namespace ringside::debug {

/// The value of an expression in WinDbg's spirit: hexadecimal numbers (0n10 is decimal), registers
/// (eax, @eax or $eax), symbols (nt!KiSystemService or, when only one module has it,
/// KiSystemService), poi(X) for the dword at X, wo(X) and by(X) for a word and a byte, + - * ( ).
/// Wraps at 32 bits. Throws InputError (2) that says what cannot be read, and what may have been
/// meant.
[[nodiscard]] std::uint32_t evaluate(std::string_view text, const Inspector& inspector);

/// The expression that `text` begins with, up to the first space outside of brackets, and what
/// follows it.
[[nodiscard]] std::pair<std::string_view, std::string_view> first_expression(std::string_view text);

}  // namespace ringside::debug
