// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/cpu.hpp"

namespace ringside::verify {

/// All of the processor that a guest can see or will meet: each register as one number or two, the
/// counter, and what waits for the next instruction boundary.
class ProcessorState {
  public:
    /// Of a CPU that stands at an instruction boundary; while an observer is told of an
    /// instruction, `eip` is that instruction's.
    explicit ProcessorState(const cpu::Cpu& cpu) : ProcessorState(cpu, cpu.eip) {}
    ProcessorState(const cpu::Cpu& cpu, std::uint32_t eip);

    /// "EAX 00000001, here 00000002", a line for each register that differs, `most` at most.
    [[nodiscard]] std::vector<std::string> differences(const ProcessorState& other,
                                                       std::size_t most) const;
    friend bool operator==(const ProcessorState& a, const ProcessorState& b) {
        return a.values_ == b.values_;
    }

  private:
    std::vector<std::uint64_t> values_;
};

}  // namespace ringside::verify
