// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "nt/ktrap_frame.hpp"

namespace ringside::nt {

class Kernel;
struct CONTEXT;

/// Ends the run with a report of a bugcheck: code, parameters, caller.
void KeBugCheckEx(Kernel& kernel, std::uint32_t code, std::array<std::uint32_t, 4> parameters);

/// The same for a trap that kernel code must not take, with the frame of the trap. `exception` is
/// the status of the exception it became, where it became one.
void KeBugCheckTrap(Kernel& kernel, std::uint32_t code, LinearAddress frame, std::uint32_t vector,
                    std::uint32_t exception = 0);

/// `KMODE_EXCEPTION_NOT_HANDLED`, or empty for a code without a name here.
[[nodiscard]] std::string_view bugcheck_name(std::uint32_t code);

/// Registers, the bytes at EIP and the top of the stack, one screen in all.
[[nodiscard]] std::string state_report(Kernel& kernel, const CONTEXT& context);

}  // namespace ringside::nt
