// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::gdb {

/// The debugger's view of the system's threads. A system without threads, and the idle thread,
/// which belongs to nobody, are number 1.
class Threads {
  public:
    Threads(guest::Machine& machine, const guest::Personality& personality)
        : machine_(machine), personality_(personality) {}

    [[nodiscard]] std::uint32_t current() const;
    [[nodiscard]] std::vector<guest::SystemThread> all() const;
    [[nodiscard]] std::optional<guest::SystemThread> find(std::uint32_t id) const;
    /// What qXfer:threads:read answers.
    [[nodiscard]] std::string list() const;

  private:
    guest::Machine& machine_;
    const guest::Personality& personality_;
};

}  // namespace ringside::gdb
