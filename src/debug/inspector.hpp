// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// What verbs look at: a machine that stands still, and which of its register sets counts.
class Inspector {
  public:
    Inspector(guest::Machine& machine, const guest::Personality& personality)
        : machine_(machine), personality_(personality) {}

    [[nodiscard]] guest::Machine& machine() const { return machine_; }
    [[nodiscard]] const guest::Personality& personality() const { return personality_; }
    [[nodiscard]] const guest::SymbolTable& symbols() const { return personality_.symbols(); }

    /// The processor's registers, or those that the chosen trap frame keeps.
    [[nodiscard]] guest::InterruptedCode registers() const;
    /// Whether code of that place is 32-bit code.
    [[nodiscard]] bool code32() const;
    /// Linear address of the next instruction of `registers`.
    [[nodiscard]] LinearAddress place() const;

    /// Guest memory by linear address, pages that the system would only bring in when they are
    /// touched included. Changes nothing; false where there is nothing.
    [[nodiscard]] bool read(LinearAddress from, std::span<std::byte> to) const;

    /// The frame whose registers count; nothing: the processor's do.
    [[nodiscard]] std::optional<LinearAddress> frame() const { return frame_; }
    void choose_frame(std::optional<LinearAddress> frame) {
        frame_ = frame;
        next_code.reset();
        next_data.reset();
    }
    /// The machine has moved: what was chosen before no longer counts.
    void moved() { choose_frame(std::nullopt); }

    std::optional<LinearAddress> next_code;  ///< where `u` without an address goes on
    std::optional<LinearAddress> next_data;  ///< the same of `db`, `dd` ...

  private:
    guest::Machine& machine_;
    const guest::Personality& personality_;
    std::optional<LinearAddress> frame_;
};

/// The processor's registers as code there sees them.
[[nodiscard]] guest::InterruptedCode registers_of(const cpu::Cpu& cpu);

}  // namespace ringside::debug
