// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>

#include "coverage/tally.hpp"

namespace ringside::coverage {

/// Counts a trace (`--format jsonl`) a line at a time. A last line that was cut off, as by a run
/// that was killed, is not counted. Answers whether there was one. Throws InputError (2) with
/// `name` and line for what is no trace, or one of another version.
bool count_trace(std::istream& trace, const std::string& name, Tally& tally);

}  // namespace ringside::coverage
