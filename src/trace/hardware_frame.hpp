// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "trace/record.hpp"

namespace ringside::trace {

/// Where the instruction at a point stands in linear memory: by the descriptor that its selector
/// names now, or 16 times the selector in real and virtual-8086 mode.
[[nodiscard]] LinearAddress linear_address(const guest::Machine& machine,
                                           const cpu::ExecutionPoint& point);

/// What the processor itself pushed when it went through a gate: the only frame there is where no
/// kernel says how it builds its own. Nothing for a way in that pushes nothing.
[[nodiscard]] std::optional<Frame> hardware_frame(const guest::Machine& machine,
                                                  const cpu::Transition& entry,
                                                  std::string_view gate_type);

}  // namespace ringside::trace
