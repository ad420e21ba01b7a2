// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "oracle/state.hpp"
#include "vectors/ring3_system.hpp"

namespace ringside::oracle {

/// Ringside's processor with the same memory and the same segments as NativeCpu.
class EmulatedCpu {
  public:
    /// At most `block_limit` instructions are decoded together.
    explicit EmulatedCpu(std::uint32_t block_limit);

    void run(const State& state, Result& result);

    void write(std::uint32_t linear, std::span<const std::byte> bytes);
    [[nodiscard]] std::byte* at(std::uint32_t linear) {
        return system_.memory().host(PhysicalAddress{linear});
    }

  private:
    void keep_code_pages();
    void load_fpu(const vectors::FpuState& state);
    void store_fpu(vectors::FpuState& state) const;
    [[nodiscard]] bool at_terminator(const State& before, const vectors::Observation& seen);

    vectors::Environment environment_;
    vectors::Ring3System system_;
    std::uint64_t runs_ = 0;
};

}  // namespace ringside::oracle
