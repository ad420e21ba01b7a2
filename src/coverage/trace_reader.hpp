// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>

#include "coverage/tally.hpp"

namespace ringside::coverage {

/// Counts a trace (`--format jsonl`), or several one behind the other, a line at a time. Of one
/// that has no end, as of a run that was killed, what there is is counted, but for a last line that
/// was cut off. Answers whether there was such a one. Throws InputError (2) with `name` and line
/// for what is no trace, or one of another version.
bool count_trace(std::istream& trace, const std::string& name, Tally& tally);

}  // namespace ringside::coverage
