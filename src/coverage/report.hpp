// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "coverage/tally.hpp"

namespace ringside::coverage {

struct ReportOptions {
    bool all = false;  ///< services that lack nothing too
};

/// Tables of the services that runs wanted, what lacks most first.
[[nodiscard]] std::string text_report(const Tally& tally, ReportOptions options);
[[nodiscard]] std::string markdown_report(const Tally& tally, ReportOptions options);
/// One object a line: the sums, then the services. docs/formats.md lists the members.
[[nodiscard]] std::string jsonl_report(const Tally& tally, ReportOptions options);

}  // namespace ringside::coverage
