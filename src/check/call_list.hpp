// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// The text of a case that lists all calls, with the calls of a run: those that were not made are
/// taken out, those that are not listed are put in, the others stay as they are but for `same-as`,
/// which goes on meaning the same transition. Throws InputError (2) when the list is not written as
/// [[transition]] tables.
[[nodiscard]] std::string with_calls_of(const Case& original, const Observation& observation);

}  // namespace ringside::check
