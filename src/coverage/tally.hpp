// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coverage/trace_line.hpp"
#include "guest/service_state.hpp"

namespace ringside::coverage {

/// How far a service goes as this build knows it; nothing for a name that it does not know.
using Standings = std::function<std::optional<guest::ServiceStanding>(std::string_view name)>;

/// What became of one service over all runs.
struct Usage {
    std::string name{};
    guest::ServiceStanding standing{};
    bool known = true;  ///< false for a number that no table has
    std::uint64_t runs = 0;
    std::uint64_t calls = 0;
    std::uint64_t failed = 0;  ///< calls that ended with an error status
    std::string first_program{};
    std::uint64_t last_run = 0;
};

/// Counts calls by service. Its memory depends on how many services there are, not on how many
/// calls: names beyond a bound are counted together.
class Tally {
  public:
    static constexpr std::size_t most_services = 16'384;
    static constexpr std::size_t longest_name = 128;

    explicit Tally(Standings standings) : standings_(std::move(standings)) {}

    void begin_run(std::string_view program);
    /// A line of type "call".
    void add(const TraceLine& call);

    [[nodiscard]] std::uint64_t runs() const { return runs_; }
    [[nodiscard]] std::uint64_t calls() const { return calls_; }
    /// Calls of services beyond the bound.
    [[nodiscard]] std::uint64_t uncounted() const { return uncounted_; }
    /// Those that lack most first; among equals those that most runs want, then most calls.
    [[nodiscard]] std::vector<Usage> ranking() const;

  private:
    Standings standings_;
    std::map<std::string, Usage, std::less<>> usages_;
    std::string program_;
    std::uint64_t runs_ = 0;
    std::uint64_t calls_ = 0;
    std::uint64_t uncounted_ = 0;
};

}  // namespace ringside::coverage
