// SPDX-License-Identifier: MIT
#pragma once

#include "vectors/ring3_system.hpp"
#include "vectors/test_memory.hpp"

namespace ringside::vectors {

/// The machine of protected-mode files.
class Ring3Machine : public VectorMachine {
  public:
    Ring3Machine(const Container& container, cpu::Model model);

    Observation run(const TestVector& test, std::vector<MemoryDifference>& differences) override;
    [[nodiscard]] std::string_view cannot_take(const TestVector& test) const override;
    [[nodiscard]] cpu::Cpu& cpu() override { return system_.cpu(); }

  private:
    void step_to_end(const TestVector& test, Observation& seen);
    [[nodiscard]] bool at_terminator(const TestVector& test) const;

    [[nodiscard]] bool has_fpu() const;
    void build_fpu_code();
    void load_fpu(const FpuState& state);
    [[nodiscard]] FpuState store_fpu();

    Ring3System system_;
    TestMemory memory_;
};

}  // namespace ringside::vectors
