// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/cpu.hpp"
#include "engine/interpreter.hpp"
#include "vectors/test_memory.hpp"

namespace ringside::vectors {

/// The machine of the public real-mode suites: 1 MiB + 64 KiB of RAM, no devices (what is read from
/// a port is all ones), the interrupt table at 0. A run ends at HLT, or with
/// an event that the vector does not expect.
class RealModeMachine : public VectorMachine, private cpu::CpuObserver {
  public:
    RealModeMachine(const Container& container, cpu::Model model);
    ~RealModeMachine() override;

    Observation run(const TestVector& test, std::vector<MemoryDifference>& differences) override;
    [[nodiscard]] cpu::Cpu& cpu() override { return cpu_; }

  private:
    void load(const TestVector& test);
    void run_to_halt(Observation& seen);

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress) override {}

    mmu::PhysicalMemory physical_memory_;
    mmu::Mmu mmu_;
    cpu::Cpu cpu_;
    engine::InterpreterEngine engine_;
    std::uint32_t loadable_flags_;
    std::uint32_t offset_mask_;  ///< of EIP: a 286 has 16 bits
    TestMemory memory_;
    std::optional<std::uint8_t> expected_vector_;
    std::optional<std::uint8_t> delivered_;  ///< the first vector
};

}  // namespace ringside::vectors
