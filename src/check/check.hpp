// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/report.hpp"
#include "check/runner.hpp"
#include "check/selection.hpp"

namespace ringside::check {

struct CheckRequest {
    std::vector<std::string> paths;
    bool bless = false;
    bool quiet = false;       ///< name only what differs
    bool list = false;        ///< name the runs, make none
    bool stop_early = false;  ///< after the first case that is not as expected
    Selection selection{};
    std::optional<Shard> shard{};
    unsigned jobs = 1;
};

/// The files that are or lie under `paths`, sorted. Throws InputError (2) for a path that does not
/// exist and when there is no case at all.
[[nodiscard]] std::vector<std::string> find_cases(const std::vector<std::string>& paths);

/// Checks cases and tells `write` and the reports, in the order of the files whatever `jobs` is. 0
/// all as expected, 1 a difference, 2 a case that cannot be run. Throws InputError (2) when nothing
/// is selected.
[[nodiscard]] int check(const CheckRequest& request, Runner& runner,
                        const std::function<void(std::string_view)>& write,
                        const std::vector<std::unique_ptr<Report>>& reports = {});

}  // namespace ringside::check
