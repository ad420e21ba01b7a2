// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "base/address.hpp"

namespace ringside::gdb {

/// Why the machine stands still again, as a stop reply tells it.
struct Stop {
    enum class Reason : std::uint8_t {
        step,
        software_breakpoint,
        hardware_breakpoint,
        watch,
        syscall_entry,
        syscall_return,
        library,        ///< modules came or went
        interrupted,    ///< the debugger asked
        exception,      ///< a caught one; `signal` says of which kind
        history_begin,  ///< nothing older is known
        history_end,    ///< of the part that was recorded
        failed,         ///< the run cannot go on, but can be looked at; `text` says why
        ended,          ///< the program is over
        host_stop,      ///< Ctrl-C at Ringside's own terminal
    };
    enum class Watch : std::uint8_t { write, read, access };

    Reason reason{};
    Watch watch{};
    LinearAddress address{};   ///< of a watch
    std::uint32_t number = 0;  ///< of a system call
    unsigned signal = 5;       ///< gdb's number; 5 is SIGTRAP
    std::string text{};
};

/// gdb's numbers of signals.
namespace signal_number {
inline constexpr unsigned interrupt = 2;
inline constexpr unsigned illegal = 4;
inline constexpr unsigned trap = 5;
inline constexpr unsigned abort = 6;
inline constexpr unsigned arithmetic = 8;
inline constexpr unsigned segment = 11;
}  // namespace signal_number

}  // namespace ringside::gdb
