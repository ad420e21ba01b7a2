// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ringside::nt {

/// The ledger for a reader: how many services of each profile go how far, and what is missing of
/// those that have a body.
[[nodiscard]] std::string ledger_markdown();

/// The ledger as lines of name, state and note between tabs, sorted by name.
[[nodiscard]] std::string ledger_text();

}  // namespace ringside::nt
