// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "nt/ktrap_frame.hpp"

namespace ringside::nt {

class Kernel;

/// Where ring 3 stood when it entered by this frame, and, if that is in a system DLL, which code of
/// the program called it: `kernel32!... , called from program!main+0x10`. Return addresses are told
/// from other words of the stack by the CALL before them.
[[nodiscard]] std::string describe_user_place(Kernel& kernel, const KTRAP_FRAME& frame);

}  // namespace ringside::nt
