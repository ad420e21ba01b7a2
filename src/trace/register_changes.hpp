// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/transition.hpp"

namespace ringside::trace {

/// A register that a stretch of code left with another value.
struct RegisterChange {
    std::string_view name;  ///< "eax", "eflags", "ds": as jsonl spells them
    std::uint32_t before = 0;
    std::uint32_t after = 0;
};

/// What code changes on its way: the general registers, EFLAGS and the data segments. EIP always
/// moves, and CS and SS change at gates only, whose transition has them.
class RegisterSnapshot {
  public:
    RegisterSnapshot() = default;
    explicit RegisterSnapshot(const cpu::Cpu& cpu);
    /// ESP and EFLAGS as they were before a transition that has taken effect.
    void take_back(const cpu::Transition& transition);

    /// The registers that differ in `later`, in the order of the manual's encoding.
    [[nodiscard]] std::vector<RegisterChange> changes_to(const RegisterSnapshot& later) const;
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, values_);
    }

  private:
    std::array<std::uint32_t, 13> values_{};
};

/// What a gate or a way out changed: CS, EIP, EFLAGS, SS and ESP, as far as it did.
[[nodiscard]] std::vector<RegisterChange> changes_of(const cpu::Transition& transition);

}  // namespace ringside::trace
