// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cpu/fpu/state.hpp"

namespace ringside::test {

/// What surrounds one x87 instruction: the unit, a memory operand or image, AX and EFLAGS.
struct X87Step {
    cpu::fpu::State state;
    std::array<std::byte, 128> memory{};
    std::uint32_t eax = 0;
    std::uint32_t eflags = 0;  ///< CF, PF and ZF only
};

/// The x87 of the machine the tests run on, as a judge: executes any single instruction on any
/// state without a pending unmasked exception, and reads the state back without waiting for one.
class HostX87 {
  public:
    /// Why there is no judge here; null when there is one.
    [[nodiscard]] static const char* missing();

    HostX87();
    ~HostX87();
    HostX87(const HostX87&) = delete;
    HostX87& operator=(const HostX87&) = delete;

    /// Runs the instruction of these two bytes; a memory operand is `memory`. The pointers of the
    /// state are not read back: processors differ in when they keep them.
    void execute(std::uint8_t escape, std::uint8_t modrm, X87Step& step) const;

  private:
    std::byte* code_ = nullptr;
};

}  // namespace ringside::test
