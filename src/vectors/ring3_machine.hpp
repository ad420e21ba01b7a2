// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/cpu.hpp"
#include "cpu/segments/descriptor.hpp"
#include "engine/interpreter.hpp"
#include "vectors/test_memory.hpp"

namespace ringside::vectors {

/// The machine of protected-mode files: CPL 3 with paging, an IDT of 256 gates to ring 0, and a TSS
/// without an I/O bitmap. What belongs to the system lies where no vector can reach it.
class Ring3Machine : public VectorMachine, private cpu::CpuObserver {
  public:
    Ring3Machine(const Container& container, cpu::Model model);
    ~Ring3Machine() override;

    Observation run(const TestVector& test, std::vector<MemoryDifference>& differences) override;

  private:
    void build_page_tables();
    void build_system();
    void write_descriptors();
    [[nodiscard]] cpu::Selector find_ring_0(bool code) const;
    [[nodiscard]] std::optional<cpu::Descriptor> descriptor(cpu::Selector selector) const;
    [[nodiscard]] cpu::Segment segment(const TestVector& test, Register r) const;
    /// A linear address of the system, as a physical one.
    [[nodiscard]] PhysicalAddress physical(std::uint32_t linear) const;
    void write(std::uint32_t linear, std::uint32_t value);

    void load(const TestVector& test);
    void step_to_end(const TestVector& test, Observation& seen);
    [[nodiscard]] bool at_terminator(const TestVector& test) const;
    void read_registers(Observation& seen) const;
    void read_event(Observation& seen) const;

    [[nodiscard]] bool has_fpu() const;
    void build_fpu_code();
    void run_in_ring_0(std::uint32_t eip);
    void load_fpu(const FpuState& state);
    [[nodiscard]] FpuState store_fpu();

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress) override {}

    const Container& container_;
    const Environment& environment_;
    mmu::PhysicalMemory physical_memory_;
    mmu::Mmu mmu_;
    cpu::Cpu cpu_;
    engine::InterpreterEngine engine_;
    TestMemory memory_;
    cpu::Selector ring_0_code_;
    cpu::Selector ring_0_stack_;
    std::optional<cpu::Transition> delivered_;
    bool system_changed_ = false;
};

}  // namespace ringside::vectors
