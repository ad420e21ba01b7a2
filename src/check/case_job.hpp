// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "check/report.hpp"
#include "check/runner.hpp"

namespace ringside::check {

/// A case to be checked.
struct CaseJob {
    std::string path;
    Case one;
    std::vector<Variation> variations;
    std::string error;  ///< why it cannot be read
};
[[nodiscard]] CaseJob read_job(const std::string& path, std::span<const std::string> options);

struct CaseResult {
    std::string path;
    std::vector<RunResult> runs;
    bool is_rewritten = false;
    /// What --bless could not mend.
    std::vector<RunResult> still_different;

    [[nodiscard]] bool is_good() const;
};

/// Makes the runs and compares them. With `bless` a case that differs is rewritten.
[[nodiscard]] CaseResult run_job(const CaseJob& job, bool bless, Runner& runner);

}  // namespace ringside::check
