// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "vectors/run.hpp"

namespace ringside::vectors {

/// A file and what became of it.
struct FileResult {
    std::string path;
    RunResult result;
    std::string error;  ///< why it could not be run; then `result` is empty
};

/// "a_int32.moo.gz: 46320 passed, 0 failed, 0 skipped", with its differences in front unless
/// `differences` are used up.
[[nodiscard]] std::string file_text(const FileResult& file, bool quiet, std::size_t& differences);

/// Why vectors were skipped, and the last line with the sums.
[[nodiscard]] std::string summary_text(const std::vector<FileResult>& files, bool quiet);

/// JUnit XML: a suite a file, a case a mnemonic.
[[nodiscard]] std::string junit_text(const std::vector<FileResult>& files);

/// 0 all good, 1 a difference, 2 a file that cannot be run.
[[nodiscard]] int exit_status(const std::vector<FileResult>& files);

}  // namespace ringside::vectors
