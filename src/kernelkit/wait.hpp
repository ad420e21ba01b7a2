// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "kernelkit/resume.hpp"
#include "kernelkit/timer_queue.hpp"

namespace ringside::kernelkit {

class Waiter;

/// What a wait that is over tells its thread beside the object's place in the list.
enum class SignalKind : std::uint8_t { plain, abandoned };

/// Something that threads can wait for. Its waiters are asked in the order they came.
class Waitable {
  public:
    Waitable() = default;
    Waitable(const Waitable&) = delete;
    Waitable& operator=(const Waitable&) = delete;
    virtual ~Waitable() = default;

    /// Whether a wait of this thread would end at once.
    [[nodiscard]] virtual bool is_signalled_for(const Waiter& waiter) const = 0;
    /// The thread's wait takes the signal: a synchronization event falls back, a mutant gets an
    /// owner.
    virtual SignalKind acquire(Waiter& waiter) {
        static_cast<void>(waiter);
        return SignalKind::plain;
    }

    /// Ends the wait of the first waiter that the present state satisfies, and takes the signal
    /// for it. Null when there is none; asked again until then.
    [[nodiscard]] Waiter* satisfy_next();
    [[nodiscard]] bool has_waiters() const { return !waiters_.empty(); }

    /// The line of those who wait. What they wait for is theirs; once both are there,
    /// has_right_line() tells whether they agree.
    template <typename A>
    void persist_line(A& archive) {
        persist_all(archive, waiters_);
    }
    [[nodiscard]] bool has_right_line() const;

  private:
    friend class Waiter;
    std::vector<Waiter*> waiters_;
};

enum class WaitType : std::uint8_t { all = 0, any = 1 };

/// Why a wait ended.
enum class WakeReason : std::uint8_t {
    none,  ///< it has not
    signalled,
    timed_out,
    user_apc,
    alerted,
    kernel_apc,  ///< an interruption: the wait begins again behind the APC
};

/// What to wait for. Without objects only time, an APC or an alert ends it.
struct WaitRequest {
    static constexpr std::size_t most_objects = 64;  ///< MAXIMUM_WAIT_OBJECTS
    std::vector<std::shared_ptr<Waitable>> objects;
    WaitType type = WaitType::any;
    bool alertable = false;
    bool user_mode = false;        ///< whether user APCs and user alerts may end it
    std::optional<GuestTime> due;  ///< nothing: never

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, objects);
        archive.below(type, 2);
        persist_all(archive, alertable, user_mode, due);
        archive.require(objects.size() <= most_objects, "somebody waits for too much");
        for (const auto& object : objects) {
            archive.require(object != nullptr, "somebody waits for nothing");
        }
    }
};

/// How a wait ended.
struct WaitResult {
    WakeReason reason = WakeReason::none;
    std::uint32_t index = 0;  ///< of the object, with WaitType::any
    SignalKind kind = SignalKind::plain;

    template <typename A>
    void persist(A& archive) {
        archive.below(reason, 6);
        persist_all(archive, index);
        archive.below(kind, 2);
    }
};

/// A thread's side of waiting: at most one wait at a time.
class Waiter {
  public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() { cancel(); }

    /// Ends a wait at once that the objects' states satisfy, taking their signals; nothing
    /// otherwise.
    [[nodiscard]] std::optional<WaitResult> try_acquire(const WaitRequest& request);
    /// Stands in line at every object. The caller sets the timer for `request.due`.
    void begin(WaitRequest request, std::optional<TimerId> timer);
    /// Leaves every line with that result, unless the wait is over already. False then.
    bool end(WaitResult result);
    /// Forgets the wait, ended or not, and answers its request.
    WaitRequest cancel();

    /// Between begin() and end().
    [[nodiscard]] bool is_waiting() const { return request_ && result_.reason == WakeReason::none; }
    /// The present wait, or the one that ended last and was not taken yet.
    [[nodiscard]] const WaitRequest* request() const { return request_ ? &*request_ : nullptr; }
    [[nodiscard]] const WaitResult& result() const { return result_; }
    [[nodiscard]] std::optional<TimerId> timer() const { return timer_; }

    template <typename A>
    void persist_wait(A& archive) {
        persist_all(archive, request_, result_, timer_);
    }
    /// While it waits, it stands in the line of everything it waits for.
    [[nodiscard]] bool stands_in_lines() const;

  private:
    void leave_lines();

    std::optional<WaitRequest> request_;
    WaitResult result_;
    std::optional<TimerId> timer_;
};

}  // namespace ringside::kernelkit
