// SPDX-License-Identifier: MIT
#pragma once

#include "nt/objects/event_object.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {

/// What an I/O service does at its end, checked at its beginning: the event, the APC and the status
/// block of the request. Every request is complete when its service returns.
class IoRequest {
  public:
    struct Parameters {
        HANDLE event;
        ULONG apc_routine;
        ULONG apc_context;
        UserPointer<IO_STATUS_BLOCK> io_status;
    };
    /// Resets the event. Fails for a bad event handle or an unwritable status block.
    [[nodiscard]] static Expected<IoRequest, NTSTATUS> begin(ServiceContext& context,
                                                             Parameters parameters);
    /// Writes the status block, then signals. Answers `status`.
    NTSTATUS complete(ServiceContext& context, NTSTATUS status, std::uint32_t information);

  private:
    explicit IoRequest(Parameters parameters) : parameters_(parameters) {}

    Parameters parameters_;
    std::shared_ptr<EventObject> event_;
};

}  // namespace ringside::nt
