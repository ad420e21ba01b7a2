// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vectors/report.hpp"
#include "vectors/run.hpp"

namespace ringside::cli {

/// Runs vector files with `jobs` host threads, each with machines of its own. `done` is called with
/// one file after the other, in their order; no result depends on the number of jobs.
void run_vector_files(const std::vector<std::string>& paths, const vectors::RunOptions& options,
                      unsigned jobs, const std::function<void(vectors::FileResult&&)>& done);

}  // namespace ringside::cli
