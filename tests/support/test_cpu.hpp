// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/transition.hpp"
#include "mmu/mmu.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::test {

/// A CPU in flat 32-bit protected mode with 2 MiB of RAM mapped one to one, standing at code given
/// in hexadecimal. Behind the code is a HLT. IOPL is 0 and IF clear.
///
/// An exception, interrupt or exit that the test did not announce fails the test.
class TestCpu : private cpu::CpuObserver {
  public:
    static constexpr std::uint32_t code_address = 0x1000;
    static constexpr std::uint32_t stack_top = 0x8000;
    static constexpr std::uint32_t data_address = 0x10000;  ///< 64 KiB that nothing else uses

    /// Ring 0 on i486 unless the test says otherwise.
    static TestCpu running(std::string_view code, cpu::Model model = cpu::Model::i486) {
        return TestCpu(code, model, 0);
    }
    static TestCpu in_ring_3(std::string_view code, cpu::Model model = cpu::Model::i486) {
        return TestCpu(code, model, 3);
    }
    /// Ring 0, with a clock that counts what the level says.
    static TestCpu timed(std::string_view code, cpu::Model model, cpu::timing::Level level) {
        return TestCpu(code, model, 0, level);
    }
    ~TestCpu() override;
    TestCpu(const TestCpu&) = delete;
    TestCpu& operator=(const TestCpu&) = delete;

    /// Runs instructions one by one; of a repeated string instruction, an element.
    void step(unsigned instructions = 1);
    /// Runs to the HLT, or to the announced fault, but not beyond `clocks`.
    void run(std::uint64_t clocks = 1'000'000'000);
    /// The next step or run must end by this fault, at the instruction that raises it.
    void expect(const cpu::Fault& fault) { expected_ = fault; }
    /// The same for an interrupt, or for the #DB after a single step.
    void expect(cpu::Vector vector) { expected_vector_ = vector; }

    [[nodiscard]] std::uint32_t& eax() { return general(cpu::GeneralRegister::eax); }
    [[nodiscard]] std::uint32_t& ecx() { return general(cpu::GeneralRegister::ecx); }
    [[nodiscard]] std::uint32_t& edx() { return general(cpu::GeneralRegister::edx); }
    [[nodiscard]] std::uint32_t& ebx() { return general(cpu::GeneralRegister::ebx); }
    [[nodiscard]] std::uint32_t& esp() { return general(cpu::GeneralRegister::esp); }
    [[nodiscard]] std::uint32_t& ebp() { return general(cpu::GeneralRegister::ebp); }
    [[nodiscard]] std::uint32_t& esi() { return general(cpu::GeneralRegister::esi); }
    [[nodiscard]] std::uint32_t& edi() { return general(cpu::GeneralRegister::edi); }
    [[nodiscard]] std::uint16_t ax() { return static_cast<std::uint16_t>(eax()); }
    [[nodiscard]] std::uint8_t al() { return static_cast<std::uint8_t>(eax()); }
    /// EIP from the first byte of the code on; while in a handler, of the interrupted program.
    [[nodiscard]] std::uint32_t offset() const;
    [[nodiscard]] std::uint32_t eflags() const { return cpu_->eflags(); }
    /// CF, PF, AF, ZF, SF and OF.
    [[nodiscard]] std::uint32_t flags() const { return cpu_->flags.value_bits(); }
    void set_flags(std::uint32_t bits) { cpu_->set_eflags(bits); }
    [[nodiscard]] Cycles clock() const { return cpu_->cycles(); }
    [[nodiscard]] cpu::Cpu& core() { return *cpu_; }
    /// The last fault or trap that was delivered.
    [[nodiscard]] const std::optional<cpu::Transition>& delivered() const { return delivered_; }

    template <typename T>
    [[nodiscard]] T read(std::uint32_t address) const {
        return memory_.read<T>(PhysicalAddress{address});
    }
    template <typename T>
    void write(std::uint32_t address, T value) {
        memory_.write<T>(PhysicalAddress{address}, value);
    }
    void write_bytes(std::uint32_t address, std::string_view hex);
    /// Makes the page not present, read-only, or present and writable again.
    enum class Page : std::uint8_t { absent, read_only, writable };
    void set_page(std::uint32_t address, Page page);

  private:
    TestCpu(std::string_view code, cpu::Model model, unsigned ring,
            cpu::timing::Level level = cpu::timing::Level::table);

    [[nodiscard]] std::uint32_t& general(cpu::GeneralRegister r) { return cpu_->registers[r]; }
    void build_tables();
    void enter(unsigned ring);
    void run_until(std::uint64_t tick);
    void judge();

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;

    mmu::PhysicalMemory memory_;
    mmu::Mmu mmu_;
    std::unique_ptr<cpu::Cpu> cpu_;
    std::optional<cpu::Fault> expected_;
    std::optional<cpu::Vector> expected_vector_;
    bool moved_ = false;
    std::optional<cpu::Transition> delivered_;
};

}  // namespace ringside::test
