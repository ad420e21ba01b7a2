// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "check/case.hpp"

namespace ringside::check {

/// Fills in what the tables of `result.text` say. Throws InputError (2) with file and line.
void read_tables(Case& result, std::span<const std::string> options);

}  // namespace ringside::check
