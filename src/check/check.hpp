// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// Runs a case with one of its entries. Throws InputError when the case cannot be run.
using RunCase = std::function<Observation(const Case& one, const std::string& entry)>;

struct CheckRequest {
    std::vector<std::string> paths;
    bool bless = false;
    bool quiet = false;
};

/// The files that are or lie under `paths`, sorted. Throws InputError (2) for a path that does not
/// exist and when there is no case at all.
[[nodiscard]] std::vector<std::string> find_cases(const std::vector<std::string>& paths);

/// Checks all cases and writes a report. 0 all as expected, 1 a difference, 2 a case that cannot
/// be run.
[[nodiscard]] int check(const CheckRequest& request, const RunCase& run,
                        const std::function<void(std::string_view)>& write);

}  // namespace ringside::check
