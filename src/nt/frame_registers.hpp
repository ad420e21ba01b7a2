// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "nt/structures/layout.hpp"

namespace ringside::nt {

/// What the KTRAP_FRAME at an address interrupted; nothing when its DbgArgMark is not there. Of a
/// system call's frame EAX, ECX, EDX, DS, ES and GS are what the stack held before: a service does
/// not save them.
[[nodiscard]] std::optional<guest::InterruptedCode> frame_registers(const Layout& layout,
                                                                    const guest::Machine& machine,
                                                                    LinearAddress frame);

}  // namespace ringside::nt
