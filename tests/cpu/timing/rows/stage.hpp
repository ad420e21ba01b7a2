// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/privilege/rings.hpp"
#include "cpu/real_mode/real_machine.hpp"
#include "cpu/v86/virtual_machine.hpp"

namespace ringside::test {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] Bytes from_hex(std::string_view hex);
[[nodiscard]] std::string to_hex(const Bytes& bytes);

enum class Where : std::uint8_t {
    protected_mode,  ///< flat, 32-bit, ring 0
    user,            ///< the same in ring 3
    real,
    v86,  ///< IOPL 3
};
[[nodiscard]] std::string_view name_of(Where where);

/// A processor in front of one instruction. EBX points at 4 KiB of zeros, ESI and EDI into them;
/// EBP and ESP at a stack; every other register is zero.
class Stage {
  public:
    Stage(Where where, cpu::Model model);

    [[nodiscard]] cpu::Cpu& cpu() { return *cpu_; }
    [[nodiscard]] Where where() const { return where_; }
    [[nodiscard]] bool code32() const { return where_ <= Where::user; }
    /// Descriptor tables and tasks; not in real mode.
    [[nodiscard]] Rings& rings() { return rings_ ? *rings_ : virtual_->rings; }
    [[nodiscard]] std::uint32_t& reg(cpu::GeneralRegister r) { return cpu_->registers[r]; }

    /// At EBX + `offset`.
    void set_data(std::uint32_t offset, std::uint32_t value);
    [[nodiscard]] std::uint8_t data(std::uint32_t offset) const;
    /// At ESP + `offset`.
    void set_stack(std::uint32_t offset, std::uint32_t value);
    /// At CS:`eip`.
    void set_code(std::uint32_t eip, const Bytes& bytes);
    /// A selector that any data segment register may be loaded with here.
    [[nodiscard]] std::uint16_t selector() const;

    /// A selector of the code segment here.
    [[nodiscard]] std::uint16_t code_selector() const;

    /// FNINIT and three ones on the stack of the x87.
    void ready_x87();
    void ready_sse();
    void set_flags(std::uint32_t bits);

    /// Runs until `ticks` have passed, or what stops a processor before. What passed really.
    std::uint64_t run(std::uint64_t ticks);
    [[nodiscard]] std::uint32_t eip() const { return cpu_->eip; }
    [[nodiscard]] std::uint32_t start() const { return start_; }

  private:
    void settle(std::uint32_t code, std::uint32_t data, std::uint32_t stack);
    void write(std::uint32_t linear, std::uint32_t value);

    Where where_;
    std::unique_ptr<Rings> rings_;
    std::unique_ptr<RealMachine> real_;
    std::unique_ptr<VirtualMachine> virtual_;
    cpu::Cpu* cpu_ = nullptr;
    mmu::PhysicalMemory* memory_ = nullptr;
    std::uint32_t start_ = 0;
    std::uint32_t code_ = 0;  ///< base of CS
    std::uint32_t data_ = 0;  ///< linear address of what EBX points at
    std::uint32_t stack_ = 0;
};

}  // namespace ringside::test
