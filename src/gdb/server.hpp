// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gdb/connection.hpp"
#include "gdb/execution.hpp"

namespace ringside::gdb {

/// Waits for a debugger, lets it lead the run, and answers how that ended. `say` gets lines for the
/// user: where to connect, and how the session ended.
[[nodiscard]] guest::StopReason serve(const Address& address, const Debuggee& debuggee,
                                      const std::function<void(std::string_view)>& say);

}  // namespace ringside::gdb
