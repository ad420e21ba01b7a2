// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// A place or a memory range at which the run stops, until it is cleared.
struct Breakpoint {
    unsigned number = 0;
    std::optional<cpu::Watch> watch;  ///< of a data breakpoint
    LinearAddress at{};
    bool enabled = true;
    std::uint64_t hits = 0;
};

/// A stop that is wanted once: control at a place, with a stack that has come back that far.
struct OneStop {
    /// Nothing: the first instruction in ring 3.
    std::optional<LinearAddress> at;
    std::uint32_t least_esp = 0;
    std::optional<std::uint32_t> thread;
};

/// Why the run stopped.
struct Hit {
    std::optional<unsigned> breakpoint;       ///< nothing: the one stop
    std::optional<cpu::MemoryAccess> access;  ///< of a data breakpoint
    std::uint32_t old_value = 0;              ///< of its range before it, up to four bytes
};

/// The observer behind all breakpoints. Those that are enabled are watched for from arm() to
/// disarm(); changes in between do not count.
class Stops : public cpu::CpuObserver {
  public:
    Stops(guest::Machine& machine, const guest::Personality& personality)
        : machine_(machine), personality_(personality) {}
    ~Stops() override { disarm(); }
    Stops(const Stops&) = delete;
    Stops& operator=(const Stops&) = delete;

    std::vector<Breakpoint>& breakpoints() { return breakpoints_; }
    [[nodiscard]] const std::vector<Breakpoint>& breakpoints() const { return breakpoints_; }
    unsigned add(LinearAddress at, std::optional<cpu::Watch> watch);

    void arm(std::optional<OneStop> once);
    void disarm();
    /// What the last stop was; the last of several in one instruction.
    [[nodiscard]] const std::optional<Hit>& hit() const { return hit_; }
    [[nodiscard]] bool stops_at(LinearAddress at) const;

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void accessed(const cpu::MemoryAccess& access) override;

  private:
    [[nodiscard]] bool fits_once(std::uint32_t esp) const;
    void stop(Hit hit);

    guest::Machine& machine_;
    const guest::Personality& personality_;
    std::vector<Breakpoint> breakpoints_;
    std::optional<OneStop> once_;
    std::optional<Hit> hit_;
    unsigned next_number_ = 0;
    bool armed_ = false;
};

}  // namespace ringside::debug
