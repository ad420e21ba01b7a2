// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/transition.hpp"
#include "mmu/mmu.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::test {

/// A CPU with whole descriptor tables, for what happens between rings. Paging is off until a test
/// asks for it; every exception vector leads to a HLT of its own in ring 0; what crossed a gate is
/// in `transitions`. Nothing fails by itself: the test says what it expects.
class Rings : private cpu::CpuObserver {
  public:
    // Selectors. A user selector has RPL 3.
    static constexpr std::uint16_t code0 = 0x08;
    static constexpr std::uint16_t data0 = 0x10;
    static constexpr std::uint16_t code3 = 0x1B;
    static constexpr std::uint16_t data3 = 0x23;
    static constexpr std::uint16_t task = 0x28;
    static constexpr std::uint16_t other_task = 0x30;
    static constexpr std::uint16_t ldt = 0x38;
    static constexpr std::uint16_t spare = 0x40;  ///< for the test's own descriptor
    static constexpr std::uint16_t spare2 = 0x48;
    static constexpr std::uint32_t gdt_limit = 0x4F;

    // Addresses.
    static constexpr std::uint32_t gdt_base = 0x1000;
    static constexpr std::uint32_t idt_base = 0x2000;
    static constexpr std::uint32_t task_base = 0x3000;
    static constexpr std::uint32_t other_task_base = 0x3100;
    static constexpr std::uint32_t ldt_base = 0x3800;
    static constexpr std::uint32_t start = 0x10000;     ///< the program
    static constexpr std::uint32_t handlers = 0x20000;  ///< 16 bytes a vector
    static constexpr std::uint32_t inner_top = 0x30000;
    static constexpr std::uint32_t stack_top = 0x40000;

    // High dwords of descriptors with limit FFFFF in pages and base 0; add the DPL by dpl().
    static constexpr std::uint32_t code32 = 0x00CF9A00;
    static constexpr std::uint32_t conforming32 = 0x00CF9E00;
    static constexpr std::uint32_t code16 = 0x008F9A00;
    static constexpr std::uint32_t data32 = 0x00CF9200;
    static constexpr std::uint32_t read_only = 0x00CF9000;
    static constexpr std::uint32_t execute_only = 0x00CF9800;
    static constexpr std::uint32_t present = 0x8000;
    static constexpr std::uint32_t flat = 0x0000FFFF;
    static constexpr std::uint32_t dpl(unsigned ring) { return ring << 13; }

    // Types of gates.
    static constexpr unsigned interrupt32 = 14;
    static constexpr unsigned trap32 = 15;
    static constexpr unsigned interrupt16 = 6;
    static constexpr unsigned trap16 = 7;
    static constexpr unsigned task_gate = 5;

    explicit Rings(unsigned ring = 3, cpu::Model model = cpu::Model::i486,
                   cpu::timing::Level level = cpu::timing::Level::table,
                   std::uint32_t wait_states = 0);
    ~Rings() override;
    Rings(const Rings&) = delete;
    Rings& operator=(const Rings&) = delete;

    void descriptor(std::uint16_t selector, std::uint32_t low, std::uint32_t high);
    [[nodiscard]] std::uint32_t descriptor_high(std::uint16_t selector) const;
    /// To ring 0's HLT of that vector, unless the test names another place.
    void gate(unsigned vector, unsigned type, unsigned gate_dpl, std::uint16_t selector = code0);
    void gate_to(unsigned vector, unsigned type, unsigned gate_dpl, std::uint16_t selector,
                 std::uint32_t offset);
    void code(std::uint32_t address, std::string_view hex);
    /// Puts the processor at the program again, in that ring, with an empty stack.
    void enter(unsigned ring);
    /// The program in hexadecimal at `start`, then runs.
    cpu::Exit run(std::string_view hex, std::uint64_t clocks = 100'000);
    cpu::Exit run_on(std::uint64_t clocks = 100'000);
    /// Identity paging over the first 4 MiB, all pages user and writable.
    void enable_paging();
    void unmap(std::uint32_t address);
    void supervisor_only(std::uint32_t address);

    /// The program was at this offset when the exception `vector` came, with this error code.
    [[nodiscard]] bool faulted(cpu::Vector vector, std::uint32_t offset,
                               std::uint32_t error_code = 0) const;

    [[nodiscard]] std::uint32_t dword(std::uint32_t address) const {
        return memory.read<std::uint32_t>(PhysicalAddress{address});
    }
    [[nodiscard]] std::uint16_t word(std::uint32_t address) const {
        return memory.read<std::uint16_t>(PhysicalAddress{address});
    }
    void set_dword(std::uint32_t address, std::uint32_t value) {
        memory.write(PhysicalAddress{address}, value);
    }
    [[nodiscard]] std::uint32_t& reg(cpu::GeneralRegister r) { return cpu.registers[r]; }
    [[nodiscard]] std::uint32_t esp() const { return cpu.registers[cpu::GeneralRegister::esp]; }
    [[nodiscard]] std::uint16_t selector(cpu::SegmentRegister r) const {
        return cpu.segment(r).selector.value();
    }

    mmu::PhysicalMemory memory;
    mmu::Mmu mmu;
    cpu::Cpu cpu;
    std::vector<cpu::Transition> transitions;

  private:
    void transition(const cpu::Transition& t) override { transitions.push_back(t); }
    void reached(LinearAddress) override {}
};

}  // namespace ringside::test
