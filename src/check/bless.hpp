// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// The case's text with the values that differ replaced by what the runs came to; all else stays
/// to the byte. What holds stays, masks too: of `bits` only the states change. A field on which
/// runs do not agree becomes `any`. A case that lists all calls loses those that were not made and
/// gets those that were; one that expects nothing yet gets exit status, output and, if it wants
/// them, its calls. Throws InputError (2) for a list that cannot be edited.
[[nodiscard]] std::string blessed_text(const Case& original,
                                       const std::vector<Observation>& observations);

}  // namespace ringside::check
