// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/transition.hpp"

namespace ringside::cpu {

/// A transition in the making, for the observer if there is one; made before anything changes.
class Watched {
  public:
    /// By instruction `op` of the running block; null between two instructions.
    Watched(Cpu& cpu, TransitionKind kind, const Op* op) {
        if (cpu.observer != nullptr) [[unlikely]] {
            begin(cpu, kind, op);
        }
    }

    /// For the fields that only some kinds have; null without an observer.
    [[nodiscard]] Transition* record() { return record_ ? &*record_ : nullptr; }

    /// Tells the observer; the transition took effect and the clock is exact.
    void finish(Cpu& cpu) {
        if (record_) [[unlikely]] {
            tell(cpu);
        }
    }

  private:
    void begin(Cpu& cpu, TransitionKind kind, const Op* op);
    void tell(Cpu& cpu);

    std::optional<Transition> record_;
};

}  // namespace ringside::cpu
