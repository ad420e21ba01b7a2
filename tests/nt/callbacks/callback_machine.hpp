// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "nt/frames/frame_check.hpp"

namespace ringside::test {

/// What the program's callbacks answer.
inline constexpr std::uint32_t callback_result = 0x00405AFE;
inline constexpr std::uint32_t callback_result_length = 0x24;
inline constexpr std::uint32_t callback_result_status = 0x00C0FFEE;

inline constexpr std::uint32_t callback_api_number = 7;
inline constexpr std::uint32_t callback_input_length = 12;
/// Below the input on the user's stack: xp has no room for an SEH record there.
inline constexpr std::uint32_t callback_frame_size = 0x10;

/// The program at `start`, whose service 0 is the driver's `service`, called back at `dispatcher`.
class CallbackMachine : public TestNtMachine {
  public:
    CallbackMachine(std::string_view start, std::string_view dispatcher,
                    std::string_view service = "calling_service",
                    const std::string& profile = "xp");
};

/// The stack in its thread, TSS and PCR: TSS.Esp0 and PCR+4 follow InitialStack.
void check_stack_registers(const TestNtMachine& nt);

/// What a thread has when no callback is active and nothing of one is left.
struct StackState {
    std::uint32_t initial_stack, stack_base, trap_frame, callback_stack, previous_mode;
    friend bool operator==(const StackState&, const StackState&) = default;
};
[[nodiscard]] StackState stack_state(const TestNtMachine& nt);

}  // namespace ringside::test
