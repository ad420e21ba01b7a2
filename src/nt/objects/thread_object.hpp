// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "kernelkit/ready_queues.hpp"
#include "kernelkit/resume.hpp"
#include "kernelkit/wait.hpp"
#include "nt/callbacks/callback_answer.hpp"
#include "nt/ntstatus.hpp"
#include "nt/objects/object.hpp"
#include "nt/objects/timer_owner.hpp"
#include "nt/win32k/gui_thread.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t THREAD_ALL_ACCESS = 0x001F03FF;
inline constexpr GenericMapping thread_mapping{
    .read = 0x00020048, .write = 0x00020037, .execute = 0x00120000, .all = THREAD_ALL_ACCESS};

struct ObservedCall;

/// What a thread can own and hears of its end: a mutant, which is abandoned then.
class Ownable {
  public:
    virtual ~Ownable() = default;
    virtual void abandon(Kernel& kernel) = 0;
};

/// A service that has not answered yet: its thread waits, runs user code for it, or lost the
/// processor on its way out. What it does then is a number and a plain struct.
struct PendingService {
    kernelkit::Resume resume;
    bool waits = false;  ///< The Waiter's result is the resume's.
    /// The wait that a kernel APC interrupted; it begins again behind the APC.
    std::optional<kernelkit::WaitRequest> interrupted;
    /// Whom to tell of the answer; null without an observer.
    std::shared_ptr<ObservedCall> call;
    /// Its callback's parameters, in pool, until the callback has returned.
    LinearAddress callback{};
    std::uint32_t callback_size = 0;
};

/// What a suspended thread waits for.
struct SuspendGate final : kernelkit::Waitable {
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override {
        return count == 0;
    }
    std::uint32_t count = 0;  ///< KTHREAD.SuspendCount
};

/// A thread. Its kernel part is the KTHREAD in guest memory; here is what only the host knows.
class ThreadObject final : public Object,
                           public kernelkit::Schedulable,
                           public kernelkit::Waiter,
                           public TimerOwner,
                           public std::enable_shared_from_this<ThreadObject> {
  public:
    ThreadObject() : Object(ObjectType::thread) {}

    [[nodiscard]] std::string describe() const override;
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override {
        return state == kernelkit::ThreadState::terminated;
    }
    void timer_expired(Kernel& kernel, const kernelkit::ExpiredTimer& timer) override;

    std::uint32_t id = 0;
    LinearAddress kthread;
    LinearAddress teb;
    LinearAddress start_address;
    NTSTATUS exit_status = STATUS_PENDING;
    const std::shared_ptr<SuspendGate> suspended = std::make_shared<SuspendGate>();
    std::int64_t create_time = 0;  ///< 100 ns since 1601
    std::int64_t exit_time = 0;    ///< 0 while it lives
    bool boost_disabled = false;   ///< Kept for who asks; nothing here boosts priorities.
    /// In the order in which they were acquired; no entry twice.
    std::vector<std::shared_ptr<Ownable>> owned;
    /// The last is the innermost: kernel APCs and user callbacks make services nest.
    std::vector<PendingService> pending;
    /// To the callback that returned last.
    CallbackAnswer callback_answer;
    /// Nothing before the first call to win32k.
    std::optional<GuiThread> gui;
};

}  // namespace ringside::nt
