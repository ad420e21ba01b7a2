// SPDX-License-Identifier: MIT
#include "nt/objects/thread_object.hpp"

#include <fmt/format.h>

#include "nt/kernel.hpp"

namespace ringside::nt {

std::string ThreadObject::describe() const {
    return fmt::format("Thread {:X}", id);
}

void ThreadObject::timer_expired(Kernel& kernel, const kernelkit::ExpiredTimer& expired) {
    if (timer() == expired.id) {
        kernel.dispatcher.wake(*this, kernelkit::WakeReason::timed_out);
    }
}

}  // namespace ringside::nt
