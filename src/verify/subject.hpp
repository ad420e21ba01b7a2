// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::verify {

/// How the host goes about a run. Nothing of the guest may depend on it.
struct Way {
    std::string name;
    std::uint32_t block_limit = 64;  ///< instructions decoded at once
    bool single_steps = false;       ///< the engine is entered anew for every instruction
    bool traced = true;              ///< a tracer watches
};

/// A booted machine with its program and streams, for one run in one way.
class Subject {
  public:
    virtual ~Subject() = default;
    [[nodiscard]] virtual guest::Machine& machine() = 0;
    [[nodiscard]] virtual guest::Personality& personality() = 0;
    /// Goes on with the run, however often it was paused.
    virtual guest::StopReason run(const guest::Limits& limits) = 0;
    /// What the program wrote so far.
    [[nodiscard]] virtual std::string output() const = 0;
};

/// Makes the same subject again for another way: same program, same input.
using MakeSubject = std::function<std::unique_ptr<Subject>(const Way&)>;

}  // namespace ringside::verify
