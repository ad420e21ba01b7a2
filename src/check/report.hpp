// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check/compare.hpp"

namespace ringside::check {

enum class Outcome : std::uint8_t {
    passed,
    failed,
    blessed,   ///< it differed, and the case now expects what it came to
    unusable,  ///< the case cannot be run
};

/// One run of a case, or a case that has none.
struct RunResult {
    std::string path;
    std::string label;  ///< " [xp, int2e]", or empty
    std::string entry;
    Outcome outcome = Outcome::passed;
    std::uint64_t clocks = 0;
    std::vector<Difference> differences;
    std::string error;  ///< of an unusable one

    [[nodiscard]] std::string id() const { return path + label; }
};

struct Counts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t blessed = 0;
    std::size_t unusable = 0;
    void add(Outcome outcome);
    [[nodiscard]] std::size_t all() const { return passed + failed + blessed + unusable; }
};

/// For other programs. Nothing in it depends on the host's time or on the number of jobs.
class Report {
  public:
    virtual ~Report() = default;
    virtual void add(const RunResult& result) = 0;
    virtual void end(const Counts& counts) = 0;
};

using WriteReport = std::function<void(std::string_view)>;
/// "junit", "tap" and "jsonl" are (docs/formats.md).
[[nodiscard]] bool is_report(std::string_view kind);
[[nodiscard]] std::unique_ptr<Report> make_report(std::string_view kind, WriteReport write);

/// "passed", "failed", "blessed", "unusable".
[[nodiscard]] std::string_view outcome_word(Outcome outcome);

}  // namespace ringside::check
