// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cpu/cpu.hpp"
#include "cpu/segments/descriptor.hpp"
#include "engine/interpreter.hpp"
#include "vectors/container.hpp"
#include "vectors/machine.hpp"

namespace ringside::vectors {

/// A CPU at CPL 3 with paging, an IDT of 256 gates to ring 0, and a TSS without an I/O bitmap.
/// What belongs to the system lies where no program of ring 3 can reach it.
class Ring3System : private cpu::CpuObserver {
  public:
    /// `file` names the environment in errors; both must outlive this object. Throws
    /// InputError (2) for an environment that is none.
    Ring3System(std::string_view file, const Environment& environment, cpu::Model model);
    ~Ring3System() override;

    [[nodiscard]] cpu::Cpu& cpu() { return cpu_; }
    [[nodiscard]] const cpu::Cpu& cpu() const { return cpu_; }
    [[nodiscard]] mmu::PhysicalMemory& memory() { return physical_memory_; }

    /// Takes the registers, with nothing pending. `test` names them in errors: throws
    /// InputError (2) for a selector beyond its table.
    void load(const Registers& registers, std::uint32_t test = 0);
    /// Goes on until an event is delivered, a probe is reached, or the clock is at `until_tick`.
    engine::Exit run(std::uint64_t until_tick) { return engine_.run(until_tick, UINT64_MAX); }
    [[nodiscard]] bool event_delivered() const { return delivered_.has_value(); }
    /// The state of the program, behind an event the interrupted one with its outcome.
    void read_registers(Observation& seen) const;

    /// Runs the instruction at `eip`, `length` bytes of the system, in ring 0.
    void run_in_ring_0(std::uint32_t eip, std::uint32_t length);
    /// A linear address of the system, as a physical one.
    [[nodiscard]] PhysicalAddress physical(std::uint32_t linear) const;

  private:
    void build();
    void repair();
    void build_page_tables();
    void write_descriptors();
    void write(std::uint32_t linear, std::uint32_t value);
    [[nodiscard]] cpu::Selector find_ring_0(bool code) const;
    [[nodiscard]] std::optional<cpu::Descriptor> descriptor(cpu::Selector selector) const;
    [[nodiscard]] cpu::Segment segment(const Registers& registers, Register r,
                                       std::uint32_t test) const;
    void read_event(Observation& seen) const;

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;

    std::string_view file_;
    const Environment& environment_;
    mmu::PhysicalMemory physical_memory_;
    mmu::Mmu mmu_;
    cpu::Cpu cpu_;
    engine::InterpreterEngine engine_;
    cpu::Selector ring_0_code_;
    cpu::Selector ring_0_stack_;
    std::optional<cpu::Transition> delivered_;
    bool changed_ = false;
};

}  // namespace ringside::vectors
