// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/fpu/environment.hpp"
#include "cpu/fpu/unit.hpp"

namespace ringside::cpu::fpu {

/// What passes between an instruction and the processor around the x87.
struct Transfer {
    unsigned index = 0;       ///< i of ST(i)
    std::uint64_t low = 0;    ///< the memory operand, or AX of FNSTSW; in or out
    std::uint16_t high = 0;   ///< bytes 8 and 9 of an 80-bit one
    bool writes = false;      ///< out: a memory operand, or AX, is to be written
    std::uint32_t flags = 0;  ///< EFLAGS: of FCMOVcc in, ZF, PF and CF of FCOMI out
    bool writes_flags = false;
    std::span<std::byte> image;  ///< of FSTENV, FSAVE and their loads
    ImageFormat format{};
};

using Body = void (*)(Unit&, Transfer&);

/// What the ModRM byte stands for.
enum class Operand : std::uint8_t {
    none,
    stack,  ///< ST(i)
    ax,
    real32,
    real64,
    real80,
    integer16,
    integer32,
    integer64,
    decimal80,
    word,         ///< control or status word
    environment,  ///< 14 or 28 bytes
    save,         ///< 94 or 108 bytes
};

enum class Direction : std::uint8_t { none, load, store };

/// Control instructions keep the pointers of the last other one; some do not wait for a pending
/// exception either.
enum class Class : std::uint8_t { numeric, control, control_no_wait };

/// One x87 instruction form.
struct Form {
    std::uint16_t opcode;  ///< as the FOP: low three bits of the escape byte, then ModRM
    std::uint8_t count;    ///< consecutive opcodes of this form: 8 with ST(i), 8 by r/m, else 1
    Operand operand;
    Direction direction;
    Class is;
    Body body;
};

/// Bytes of a memory operand; 0 for no memory operand, environment and save by their format.
[[nodiscard]] unsigned operand_size(Operand operand, ImageFormat format);

/// The form of an escape instruction, from its first byte and ModRM; null when there is none.
[[nodiscard]] const Form* find_form(std::uint8_t escape, std::uint8_t modrm);

/// The same by opcode as FOP has it.
[[nodiscard]] const Form* form_with_opcode(std::uint16_t opcode);

/// Opcode fields of find_form in one number, as FOP has them.
[[nodiscard]] constexpr std::uint16_t opcode_of(std::uint8_t escape, std::uint8_t modrm) {
    return static_cast<std::uint16_t>(((escape & 7U) << 8) | modrm);
}

// The families.
std::span<const Form> transfer_forms();
std::span<const Form> arithmetic_forms();
std::span<const Form> comparison_forms();
std::span<const Form> elementary_forms();
std::span<const Form> control_forms();

/// A row for ModRM bytes C0 to FF: one opcode, or eight that end in i.
[[nodiscard]] constexpr Form register_form(unsigned escape, unsigned modrm, Body body,
                                           Operand operand = Operand::stack,
                                           Class is = Class::numeric) {
    return {static_cast<std::uint16_t>(((escape & 7U) << 8) | modrm),
            static_cast<std::uint8_t>(operand == Operand::stack ? 8 : 1),
            operand,
            operand == Operand::ax ? Direction::store : Direction::none,
            is,
            body};
}

/// A row for a memory operand, /reg.
[[nodiscard]] constexpr Form memory_form(unsigned escape, unsigned reg, Body body, Operand operand,
                                         Direction direction, Class is = Class::numeric) {
    return {static_cast<std::uint16_t>(((escape & 7U) << 8) | (reg << 3)),
            8,
            operand,
            direction,
            is,
            body};
}

}  // namespace ringside::cpu::fpu
