// SPDX-License-Identifier: MIT
#include "nt/scheduling/timer_apc.hpp"

#include "nt/exceptions/exceptions.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t low(std::uint64_t time) {
    return static_cast<std::uint32_t>(time);
}
constexpr std::uint32_t high(std::uint64_t time) {
    return static_cast<std::uint32_t>(time >> 32);
}

}  // namespace

bool TimerApc::has_thread() const {
    const auto thread = thread_.lock();
    return thread && thread->state != kernelkit::ThreadState::terminated;
}

// Blocks of the pool are used again: this one is ours while everything in it is what we queued. No
// other APC has the same routine, context and moment before this one is delivered.
bool TimerApc::is_queued(Kernel& kernel) const {
    if (kapc_.value == 0 || !has_thread()) {
        return false;
    }
    const auto field = [&](std::string_view name) {
        return kernel.structures.get(kapc_, "KAPC", name);
    };
    return field("Inserted") != 0 && field("Thread") == thread_.lock()->kthread.value &&
           field("NormalRoutine") == routine_ && field("NormalContext") == context_ &&
           field("SystemArgument1") == low(time_) && field("SystemArgument2") == high(time_);
}

void TimerApc::queue(Kernel& kernel) {
    const auto thread = thread_.lock();
    if (!thread || is_queued(kernel)) {
        return;
    }
    time_ = static_cast<std::uint64_t>(kernel.system_time().ticks);
    const auto queued =
        queue_user_apc(kernel, *thread, routine_, context_, low(time_), high(time_));
    // Without pool for it the expiry is lost; nobody waits for this call's status.
    kapc_ = nt_success(queued) ? last_user_apc(kernel, *thread) : LinearAddress{};
}

void TimerApc::take_back(Kernel& kernel) {
    if (is_queued(kernel)) {
        remove_user_apc(kernel, *thread_.lock(), kapc_);
    }
}

}  // namespace ringside::nt
