// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "guest/machine.hpp"
#include "trace/record.hpp"

namespace ringside::trace {

/// What clocks outside of every passage, and of a passage's gates, are booked under; between the
/// two gates it is the passage's stage. All have names of this file or of guest::Stage.
namespace spot_stage {
inline constexpr std::string_view user = "user";      ///< ring 3, callbacks of a service included
inline constexpr std::string_view kernel = "kernel";  ///< ring 0 before the first way out, and idle
inline constexpr std::string_view gate = "gate";      ///< the transition inwards
inline constexpr std::string_view way_out = "return";  ///< the transition outwards
inline constexpr std::string_view handler = "handler";
inline constexpr std::string_view body = "body";  ///< of a service, as --service-clocks has it
inline constexpr std::string_view idle = "idle";  ///< the clock jumped: nothing could run
}  // namespace spot_stage

/// What the machine was doing for a stretch of clocks.
struct Spot {
    std::uint32_t thread = 0;
    unsigned ring = 0;
    Record* record = nullptr;  ///< the innermost passage in ring 0; null outside of all
    std::string_view stage;
    const cpu::Transition* transition = nullptr;  ///< of `gate` and `way_out`
};

/// Is told of every clock of a run once, in the order in which they passed.
class ClockObserver {
  public:
    virtual ~ClockObserver() = default;
    virtual void spent(const Spot& spot, std::uint64_t ticks) = 0;
};

/// Books clocks as they pass: to the passage that they belong to, and with an observer.
class Accountant {
  public:
    /// Clocks count from now on.
    Accountant(const guest::Machine& machine, ClockObserver* observer);

    /// Everything since the last call up to `tick` belongs to `spot`; what of it was idle, or a
    /// service's body, is taken out first.
    void spend_until(Spot spot, std::uint64_t tick);
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, tick_, idle_, bodies_);
    }

  private:
    void spend(const Spot& spot, std::uint64_t ticks);

    const guest::Machine& machine_;
    ClockObserver* observer_;
    std::uint64_t ticks_per_clock_;
    std::uint64_t tick_;
    std::uint64_t idle_;
    std::uint64_t bodies_;
};

}  // namespace ringside::trace
