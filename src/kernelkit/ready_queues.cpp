// SPDX-License-Identifier: MIT
#include "kernelkit/ready_queues.hpp"

#include <algorithm>

namespace ringside::kernelkit {

bool ReadyQueues::remove(Schedulable& thread) {
    auto& queue = queue_of(thread);
    const auto found = std::find(queue.begin(), queue.end(), &thread);
    if (found == queue.end()) {
        return false;
    }
    queue.erase(found);
    return true;
}

Schedulable* ReadyQueues::highest() const {
    const auto found = std::find_if(queues_.rbegin(), queues_.rend(),
                                    [](const auto& queue) { return !queue.empty(); });
    return found != queues_.rend() ? found->front() : nullptr;
}

bool ReadyQueues::is_possible(const std::set<const Schedulable*>& threads) const {
    std::set<const Schedulable*> seen;
    for (std::uint32_t level = 0; level < levels; ++level) {
        for (const Schedulable* const thread : queues_[level]) {
            if (!threads.contains(thread) || thread->priority % levels != level ||
                thread->state != ThreadState::ready || !seen.insert(thread).second) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace ringside::kernelkit
