// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace ringside::nt {

/// The names in data/ntstatus.tsv, for who mistypes one.
[[nodiscard]] std::vector<std::string> status_names();

}  // namespace ringside::nt
