// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "check/report.hpp"

namespace ringside::check {

/// A description in TAP: one line, in which `#` would begin a directive.
[[nodiscard]] std::string tap_text(std::string_view text);

/// The run's label without its brackets, or "run".
[[nodiscard]] std::string run_name(const RunResult& result);
/// The first difference in one line.
[[nodiscard]] std::string headline(const RunResult& result);
/// All differences, each line behind `indent`.
[[nodiscard]] std::string differences_text(const RunResult& result, std::string_view indent);
[[nodiscard]] nlohmann::ordered_json json_of(const Difference& difference);

}  // namespace ringside::check
