// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "guest/symbols.hpp"

namespace ringside::guest {

/// For a message about `text` that SymbolTable::find does not know: "; did you mean
/// nt!KiSystemService?", or the modules of a name that several have. Empty when nothing comes near.
[[nodiscard]] std::string symbol_suggestion(const SymbolTable& symbols, std::string_view text);

}  // namespace ringside::guest
