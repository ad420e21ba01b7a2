// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "cpu/cpu.hpp"
#include "engine/interpreter.hpp"
#include "vectors/test_memory.hpp"

namespace ringside::vectors {

/// The machine of the public real-mode suites: 1 MiB + 64 KiB of RAM, no devices (what is read from
/// a port is all ones), the interrupt table at 0. A run ends at HLT.
class RealModeMachine : public VectorMachine, private cpu::CpuObserver {
  public:
    RealModeMachine(const Container& container, cpu::Model model);
    ~RealModeMachine() override;

    Observation run(const TestVector& test, std::vector<MemoryDifference>& differences) override;
    [[nodiscard]] cpu::Cpu& cpu() override { return cpu_; }

  private:
    void load(const TestVector& test);
    void run_to_halt(Observation& seen);

    void transition(const cpu::Transition& transition) override { delivered_ = transition; }
    void reached(LinearAddress) override {}

    mmu::PhysicalMemory physical_memory_;
    mmu::Mmu mmu_;
    cpu::Cpu cpu_;
    engine::InterpreterEngine engine_;
    std::uint32_t loadable_flags_;
    TestMemory memory_;
    std::optional<cpu::Transition> delivered_;
};

/// Lets a CPU take an interrupt in real mode; the part at which it gave up, or nothing.
[[nodiscard]] std::string_view missing_for_real_mode(cpu::Model model);

}  // namespace ringside::vectors
