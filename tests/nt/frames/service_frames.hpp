// SPDX-License-Identifier: MIT
#pragma once

#include "nt/frames/frame_check.hpp"

namespace ringside::test {

/// A slot of a service's frame that most profiles leave out.
[[nodiscard]] std::uint32_t volatile_slot(const TestNtMachine& nt, std::uint32_t value);

/// Dr0-Dr7 of a frame.
struct Debug {
    std::uint32_t dr0, dr1, dr2, dr3, dr6, dr7;
    friend bool operator==(const Debug&, const Debug&) = default;
};
inline constexpr Debug none_saved{not_written, not_written, not_written,
                                  not_written, not_written, 0};

/// The frame of INT 2E on the thread's stack, slot by slot. `user` is the state at the gate and
/// `previous_mode` the dword at KTHREAD.PreviousMode there.
void check_int2e_frame(const TestNtMachine& nt, const CpuState& user, std::uint32_t previous_mode,
                       const Debug& debug);
/// The same of SYSENTER; `eflags` are the slot's.
void check_sysenter_frame(const TestNtMachine& nt, const CpuState& user, std::uint32_t eflags,
                          const Debug& debug);

}  // namespace ringside::test
