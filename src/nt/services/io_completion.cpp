// SPDX-License-Identifier: MIT
#include "nt/services/io_completion.hpp"

#include "nt/exceptions/exceptions.hpp"

namespace ringside::nt {

Expected<IoRequest, NTSTATUS> IoRequest::begin(ServiceContext& context, Parameters parameters) {
    IoRequest request(parameters);
    const NTSTATUS probed =
        context.probe_for_write(parameters.io_status.address, sizeof(IO_STATUS_BLOCK));
    if (!nt_success(probed)) {
        return Unexpected{probed};
    }
    if (parameters.event.value != 0) {
        auto event = context.reference<EventObject>(parameters.event, EVENT_MODIFY_STATE);
        if (!event) {
            return Unexpected{event.error()};
        }
        request.event_ = *event;
        request.event_->signal = false;
    }
    return request;
}

NTSTATUS IoRequest::complete(ServiceContext& context, NTSTATUS status, std::uint32_t information) {
    context.kernel.bytes_moved(information);
    const NTSTATUS written =
        context.write(parameters_.io_status, {.Status = status.value, .Information = information});
    if (!nt_success(written)) {
        return written;
    }
    if (event_) {
        event_->signal = true;
        context.kernel.dispatcher.signal(*event_);
    }
    if (parameters_.apc_routine != 0) {
        const NTSTATUS queued =
            queue_user_apc(context.kernel, *context.kernel.thread, parameters_.apc_routine,
                           parameters_.apc_context, parameters_.io_status.address.value, 0);
        return nt_success(queued) ? status : queued;
    }
    return status;
}

}  // namespace ringside::nt
