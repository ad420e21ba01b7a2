// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ringside::check {

enum class Continue : std::uint8_t { yes, no };

/// Does `count` pieces of work with `jobs` threads of the host and hands the results to `take` on
/// this thread, in their order, until it wants no more. An exception of a piece comes out here when
/// its turn is reached.
template <typename Result, typename Work, typename Take>
void in_order(std::size_t count, unsigned jobs, const Work& work, const Take& take) {
    if (jobs <= 1) {
        for (std::size_t i = 0; i < count; ++i) {
            if (take(work(i)) == Continue::no) {
                return;
            }
        }
        return;
    }
    struct Slot {
        std::optional<Result> result;
        std::exception_ptr error;
    };
    std::vector<Slot> slots(count);
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t next = 0;
    bool ended = false;
    const auto worker = [&] {
        for (;;) {
            std::size_t index = 0;
            {
                const std::lock_guard lock(mutex);
                if (ended || next == count) {
                    return;
                }
                index = next++;
            }
            Slot slot;
            try {
                slot.result = work(index);
            } catch (...) {
                slot.error = std::current_exception();
            }
            const std::lock_guard lock(mutex);
            slots[index] = std::move(slot);
            changed.notify_all();
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min<std::size_t>(jobs, count); ++i) {
        threads.emplace_back(worker);
    }
    const auto end = [&] {
        const std::lock_guard lock(mutex);
        ended = true;
    };
    for (Slot& slot : slots) {
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&slot] { return slot.result || slot.error; });
        }
        try {
            if (slot.error) {
                std::rethrow_exception(slot.error);
            }
            if (take(std::move(*slot.result)) == Continue::no) {
                end();
                return;
            }
        } catch (...) {
            end();
            throw;
        }
        slot.result.reset();
    }
}

}  // namespace ringside::check
