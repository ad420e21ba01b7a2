// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// The case's text with expectations as the runs came out: the same fields with new values. `any`
/// stays; a field that runs with different entries do not agree on becomes `any`. A case that
/// wants all calls gets the list anew.
[[nodiscard]] std::string blessed_text(const Case& original,
                                       const std::vector<Observation>& observations);

}  // namespace ringside::check
