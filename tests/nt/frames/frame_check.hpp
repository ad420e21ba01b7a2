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
/// The third byte behind KTHREAD.PreviousMode, which nobody may change with it.
inline constexpr std::uint8_t beside_previous_mode = 0x5A;

/// Runs to the instruction NAME_gate of ring 3 and leaves those in thread, PCR and stack.
CpuState at_gate(TestNtMachine& nt, const std::string& name);

/// What differs from profile to profile in the frames of these tests.
struct FrameFacts {
    /// Service entries save EAX, ECX, EDX and the data segments, and service exits restore them.
    bool saves_all;
    /// PCR.DebugActive exists; elsewhere traps ask the thread, and exits the frame's Dr7.
    bool pcr_debug_active;
    /// Where a SYSENTER without an ntdll returns: a RET byte of the shared page.
    LinearAddress system_call_return;
    bool has_sysenter;  ///< The system itself looks for it.
    /// What int 2B answers while there is no callback.
    std::uint32_t no_callback;
    bool assertions;  ///< int 2C raises one.
};
[[nodiscard]] const FrameFacts& facts_of(const TestNtMachine& nt);

/// Boots with the tests' program and ring-0 code: every profile in turn, so once in a test case,
/// or the one that is named. Where the processor has SYSENTER and nothing is said of the
/// entry, SYSENTER can be used, even if the profile would not have looked for it.
[[nodiscard]] TestNtMachine frame_machine(TestNtMachine::World world, std::string_view program,
                                          std::string_view profile = {});

}  // namespace ringside::test
