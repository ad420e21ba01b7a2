// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "debug/inspector.hpp"
#include "debug/stops.hpp"
#include "guest/machine.hpp"
#include "snapshot/timeline.hpp"

namespace ringside::debug {

/// A run that somebody steers by verbs, forwards and backwards.
class Debugger {
  public:
    /// The timeline's subject is that machine with that system on it.
    Debugger(snapshot::Timeline& timeline, guest::Machine& machine,
             const guest::Personality& personality, const guest::Limits& limits)
        : timeline_(timeline),
          limits_(limits),
          inspector_(machine, personality),
          stops_(machine, personality) {}

    [[nodiscard]] Inspector& inspector() { return inspector_; }
    [[nodiscard]] snapshot::Timeline& timeline() { return timeline_; }
    [[nodiscard]] Stops& stops() { return stops_; }

    /// Carries out one line, `help` included; what it has to say. Throws InputError (2) for what
    /// cannot be done.
    [[nodiscard]] std::string execute(std::string_view line);

    /// Runs to a breakpoint, to the one stop, or to the end, and says where that is.
    [[nodiscard]] std::string run(std::optional<OneStop> once);
    /// The same one step after the other; ends early where the run ends or Ctrl-C comes.
    [[nodiscard]] std::string step(std::uint64_t steps);
    [[nodiscard]] std::string step_back(std::uint64_t steps);
    [[nodiscard]] std::string run_back();
    [[nodiscard]] std::string seek(snapshot::Position to);

    /// How the run ended for good; nothing while it may go on.
    [[nodiscard]] const std::optional<guest::StopReason>& ended() const { return ended_; }
    /// `q` was said.
    [[nodiscard]] bool is_over() const { return over_; }
    void quit() { over_ = true; }

  private:
    [[nodiscard]] std::string arrive(const guest::StopReason& stop);
    [[nodiscard]] std::string hit_lines();
    [[nodiscard]] std::string here();

    snapshot::Timeline& timeline_;
    guest::Limits limits_;
    Inspector inspector_;
    Stops stops_;
    std::optional<guest::StopReason> ended_;
    std::uint32_t thread_ = 0;  ///< of the last place that was shown
    bool over_ = false;
};

}  // namespace ringside::debug
