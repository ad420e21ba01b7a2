// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "cpu/cpu.hpp"
#include "guest/personality.hpp"

namespace ringside::gdb {

/// Where a register's value comes from; with an index where there are several.
enum class Source : std::uint8_t {
    general,
    eip,
    eflags,
    selector,
    stack_of_x87,
    control_of_x87,
    xmm,
    mxcsr,
    segment_base,
    segment_limit,
    ring,
    control,
    table_base,  ///< of the GDT, then of the IDT
    table_limit,
    task,  ///< selector and base of LDTR, then of TR
    debug,
    clock,
};

/// One row of the table from which the target description, `g` and `p` are made, so that they
/// cannot disagree.
struct Register {
    std::string name;
    unsigned bits = 32;
    std::string type;     ///< as the target description names it
    std::string group;    ///< of `info registers`: general, float, vector or system
    std::string feature;  ///< to which the row belongs
    Source source{};
    unsigned index = 0;

    [[nodiscard]] std::size_t bytes() const { return bits / 8; }
};

/// The registers of a model in the order of their numbers. The x87 is always there, with zeros
/// where a model has none, since debuggers refuse an i386 without.
[[nodiscard]] std::vector<Register> registers_of(cpu::Model model);

/// Positions that packets and unwinding rules use; they are gdb's own numbers for the i386.
namespace register_number {
inline constexpr unsigned esp = 4;
inline constexpr unsigned ebp = 5;
inline constexpr unsigned eip = 8;
}  // namespace register_number

/// The value, lowest byte first, as many hex digits as the register has.
[[nodiscard]] std::string value_of(const cpu::Cpu& cpu, const Register& reg);
/// The same of a thread that has not the processor: the kernel's place to resume it, flat
/// selectors, `x` for what only its stack knows.
[[nodiscard]] std::string value_of(const guest::SystemThread::Place& place, const Register& reg);

/// Writes a register, or says why that cannot be. Segment and control registers take what an
/// instruction at the present privilege may load into them.
[[nodiscard]] Expected<void, std::string> set_value(cpu::Cpu& cpu, const Register& reg,
                                                    const std::vector<std::byte>& to);

/// target.xml.
[[nodiscard]] std::string target_description(const std::vector<Register>& registers);

}  // namespace ringside::gdb
