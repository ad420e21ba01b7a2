// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/nt_machine.hpp"

namespace ringside::test {

/// How far a frame reaches: a caller of ring 0 pushes no SS:ESP, and only V86 mode has segments
/// behind them.
enum class FrameSize : std::uint32_t { kernel = 0x74, user = 0x7C, allocated = 0x8C };

/// A slot of KTRAP_FRAME and what stands in it.
struct Slot {
    std::string_view name;
    std::uint32_t value;
};

/// For a slot that the entry leaves alone: it keeps what the stack held, which is stack_mark.
inline constexpr std::uint32_t not_written = TestNtMachine::stack_mark;

/// Compares a frame with `expected`, which names every slot up to `size`, in order. All
/// differences are told by field.
void check_frame(const TestNtMachine& nt, LinearAddress frame, FrameSize size,
                 const std::vector<Slot>& expected);

/// Things to recognise in frames: PCR[0] and KTHREAD.TrapFrame before an entry.
inline constexpr std::uint32_t seh_record = 0x0012FFB0;
inline constexpr std::uint32_t older_frame = 0xF8000D64;

/// Runs to the instruction NAME_gate of ring 3 and leaves those in thread, PCR and stack.
CpuState at_gate(TestNtMachine& nt, const std::string& name);

/// Boots with the tests' program and ring-0 code.
[[nodiscard]] TestNtMachine frame_machine(const TestNtMachine::World& world,
                                          std::string_view program);

}  // namespace ringside::test
