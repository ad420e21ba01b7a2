// SPDX-License-Identifier: MIT
#include "gdb/server.hpp"

#include <optional>

#include <fmt/format.h>

#include "gdb/session.hpp"

namespace ringside::gdb {
namespace {

guest::StopReason interrupted(std::string message) {
    return {guest::StopKind::interrupted, 0, std::move(message), {}};
}

}  // namespace

guest::StopReason serve(const Address& address, const Debuggee& debuggee,
                        const std::function<void(std::string_view)>& say) {
    std::optional<Listener> listener(std::in_place, address);
    if (!address.is_loopback()) {
        say(fmt::format("warning: whoever reaches {} leads this run", listener->name()));
    }
    say(fmt::format("waiting for gdb: target remote {}", listener->name()));
    auto connection = listener->accept(debuggee.interrupted);
    listener.reset();  // there is one debugger; another is refused, and need not wait
    if (!connection) {
        return interrupted("interrupted while waiting for gdb");
    }
    Session session(debuggee, *connection);
    switch (session.serve()) {
        case Farewell::run_ended: return *session.execution().end();
        case Farewell::detached: return session.execution().run_to_end();
        case Farewell::killed: return interrupted("gdb ended the run");
        case Farewell::lost: return interrupted("gdb closed the connection; the run ends here");
        case Farewell::host_stop: break;
    }
    return interrupted("interrupted");
}

}  // namespace ringside::gdb
