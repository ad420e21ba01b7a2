// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::cpu::memory_model {

/// The i386's queue of code bytes, as far as its time goes: it fills by aligned doublewords while
/// the bus has nothing else to do, and an instruction waits until all its bytes are there.
class PrefetchQueue {
  public:
    /// `cycle` is the clocks of one bus cycle, wait states included.
    PrefetchQueue(std::uint32_t bytes, std::uint32_t cycle) : capacity_(bytes), cycle_(cycle) {}

    /// Control went to an instruction that did not stand behind the last. Gives the bus cycles
    /// that fetch it: at 0 wait states they are part of the transfer's figure.
    std::uint32_t restart(std::uint32_t address, std::uint32_t length);
    /// The bus was idle for so many clocks.
    void fill(std::uint64_t idle_clocks);
    /// The next instruction leaves the queue. Gives the clocks that it waits.
    std::uint64_t take(std::uint32_t length);

    [[nodiscard]] std::uint32_t bytes() const { return bytes_; }
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, bytes_, begun_);
    }

  private:
    static constexpr std::uint32_t width = 4;

    std::uint32_t capacity_;
    std::uint32_t cycle_;
    std::uint32_t bytes_ = 0;
    std::uint64_t begun_ = 0;  ///< clocks that the fetch under way already had
};

}  // namespace ringside::cpu::memory_model
