// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/transition.hpp"
#include "mmu/mmu.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::test {

/// A CPU in real mode with an interrupt table at 0. Each vector leads to a HLT of its own; nothing
/// fails by itself, the test says what it expects.
class RealMachine : private cpu::CpuObserver {
  public:
    // Paragraphs, and the offset at which the program starts.
    static constexpr std::uint16_t code = 0x1000;
    static constexpr std::uint16_t handlers = 0x2000;  ///< 16 bytes a vector
    static constexpr std::uint16_t data = 0x3000;
    static constexpr std::uint16_t extra = 0x4000;
    static constexpr std::uint16_t stack = 0x5000;
    static constexpr std::uint32_t start = 0x0100;
    static constexpr std::uint32_t top = 0x8000;

    explicit RealMachine(cpu::Model model = cpu::Model::p6);
    ~RealMachine() override;
    RealMachine(const RealMachine&) = delete;
    RealMachine& operator=(const RealMachine&) = delete;

    /// Bytes in hexadecimal at a physical address.
    void place(std::uint32_t address, std::string_view hex);
    /// The program at CS:start, then runs to the HLT.
    cpu::Exit run(std::string_view hex, std::uint64_t clocks = 100'000);

    /// Vector `vector` came first, with the program at start + `offset` in its frame.
    [[nodiscard]] bool interrupted(unsigned vector, std::uint32_t offset) const;

    [[nodiscard]] std::uint16_t word(std::uint16_t paragraph, std::uint32_t offset) const;
    [[nodiscard]] std::uint32_t dword(std::uint16_t paragraph, std::uint32_t offset) const;
    void set_dword(std::uint16_t paragraph, std::uint32_t offset, std::uint32_t value);
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
