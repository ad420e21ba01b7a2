// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>

namespace ringside::kernelkit {

/// Where a thread is on its way to the processor.
enum class ThreadState : std::uint8_t {
    initialized,
    ready,
    running,
    standby,  ///< chosen to run next
    terminated,
    waiting,
};

/// What a scheduler keeps of a thread; kernels derive their threads from it.
struct Schedulable {
    std::uint32_t priority = 0;  ///< 0 to 31, higher first
    std::int32_t quantum = 0;    ///< what is left of it, in the units that a tick takes away
    ThreadState state = ThreadState::initialized;
};

/// Threads that could run, by priority and, within one, in the order they came.
class ReadyQueues {
  public:
    static constexpr std::uint32_t levels = 32;

    void push_back(Schedulable& thread) { queue_of(thread).push_back(&thread); }
    /// For a thread that lost the processor before its quantum was over.
    void push_front(Schedulable& thread) { queue_of(thread).push_front(&thread); }
    /// False when the thread is not in a queue.
    bool remove(Schedulable& thread);

    /// The first of the highest priority; null when no thread is ready.
    [[nodiscard]] Schedulable* highest() const;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, queues_);
    }
    /// Whether only these threads are in queues, each in the one of its priority, ready, and once.
    [[nodiscard]] bool is_possible(const std::set<const Schedulable*>& threads) const;

  private:
    [[nodiscard]] std::deque<Schedulable*>& queue_of(const Schedulable& thread) {
        return queues_[thread.priority % levels];
    }

    std::array<std::deque<Schedulable*>, levels> queues_;
};

}  // namespace ringside::kernelkit
