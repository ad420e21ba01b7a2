// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"

namespace ringside::cpu {

/// Why the CPU came back.
enum class ExitKind : std::uint8_t {
    none,
    budget_spent,  ///< the deadline is reached; the CPU stands at an instruction boundary
    port_io,       ///< IN or OUT at a port; for IN the host then calls complete_in
    halted,        ///< HLT; EIP stands behind it
    shutdown,      ///< triple fault
    debug_stop,
};

struct Exit {
    ExitKind kind = ExitKind::none;
    std::uint16_t port = 0;
    std::uint8_t size = 0;  ///< bytes: 1, 2 or 4
    bool write = false;
    std::uint32_t value = 0;
    bool immediate_port = false;               ///< the port number stood in the instruction
    std::optional<LinearAddress> destination;  ///< INS: where complete_in puts the value
};

}  // namespace ringside::cpu
