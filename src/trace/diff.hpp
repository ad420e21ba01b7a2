// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace ringside::trace {

struct DiffOptions {
    bool clocks = false;              ///< members that only tell time count too
    std::vector<std::string> ignore;  ///< members of any depth that do not count
};

/// A trace of --format jsonl to be read.
struct TraceFile {
    std::string name;
    std::istream& lines;
};

struct DiffResult {
    bool equal = false;
    std::string text;  ///< for a reader: what agrees, and the first divergence
};

/// Compares two traces record by record up to the first divergence; there it looks a few records
/// ahead for the place from which they agree again. Keeps a handful of lines, however long the
/// traces are. Throws InputError (2), naming file and line, for what is no such trace.
[[nodiscard]] DiffResult diff(TraceFile a, TraceFile b, const DiffOptions& options);

}  // namespace ringside::trace
