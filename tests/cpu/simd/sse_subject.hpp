// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cpu/simd/arithmetic.hpp"
#include "cpu/simd/host_sse.hpp"
#include "support/test_cpu.hpp"

namespace ringside::test {

/// Runs one instruction again and again on a processor of ours, as HostSse does on the host's.
class SseSubject {
  public:
    /// `code` in hexadecimal, no spaces between.
    explicit SseSubject(std::string_view code,
                        const cpu::simd::Arithmetic& arithmetic = cpu::simd::host_arithmetic());

    [[nodiscard]] const std::vector<std::byte>& code() const { return code_; }
    void execute(SseStep& step);

  private:
    std::vector<std::byte> code_;
    TestCpu cpu_;
};

[[nodiscard]] std::string text(const SseStep& step);

}  // namespace ringside::test
