// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/simd/state.hpp"

namespace ringside::test {

/// What surrounds one instruction between XMM0, XMM1, MM0, MM1 and EAX. The judge's code knows the
/// offsets.
struct SseStep {
    cpu::simd::Xmm xmm0;
    cpu::simd::Xmm xmm1;
    std::uint64_t mm0 = 0;
    std::uint32_t mxcsr = 0;
    std::uint32_t eax = 0;
    std::uint64_t eflags = 0;   ///< the six arithmetic flags
    std::uint32_t faulted = 0;  ///< 1: an unmasked exception came instead of a result
    std::uint32_t hosts_mxcsr = cpu::simd::State::mxcsr_at_reset;
    std::uint64_t mm1 = 0;

    friend bool operator==(const SseStep&, const SseStep&) = default;
};

/// SSE of the machine the tests run on, as a judge of single instructions.
class HostSse {
  public:
    /// Why there is no judge here; null when there is one.
    [[nodiscard]] static const char* missing();

    HostSse();
    ~HostSse();
    HostSse(const HostSse&) = delete;
    HostSse& operator=(const HostSse&) = delete;

    /// Makes this instruction the one that execute() runs.
    void prepare(std::span<const std::byte> instruction);
    void execute(SseStep& step) const;

  private:
    struct Code;
    Code* code_ = nullptr;
};

}  // namespace ringside::test
