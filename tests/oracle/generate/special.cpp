// SPDX-License-Identifier: MIT
#include "oracle/generate/special.hpp"

#include <array>

#include "cpu/eflags.hpp"
#include "oracle/generate/operands.hpp"
#include "oracle/generate/transfers.hpp"
#include "oracle/generate/values.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

/// One instruction with what stands around it.
struct Special {
    Program& program;
    Encoded& encoded;
    Random& random;

    [[nodiscard]] vectors::Registers& registers() const { return program.before.registers; }
    [[nodiscard]] const cpu::Decoded& decoded() const { return encoded.decoded; }
    [[nodiscard]] const ZydisDecodedOperand& operand(unsigned i) const {
        return decoded().operand(i);
    }
    /// Whether a memory operand's address depends on the register.
    [[nodiscard]] bool addresses_with(Register r) const {
        for (unsigned i = 0; i < decoded().operand_count(); ++i) {
            if (decoded().is_memory(i) && (whole_register(operand(i).mem.base) == r ||
                                           whole_register(operand(i).mem.index) == r)) {
                return true;
            }
        }
        return false;
    }
    void set_unless_addressing(ZydisRegister name, std::uint32_t value) const {
        const auto whole = whole_register(name);
        if (whole && !addresses_with(*whole)) {
            write_register(registers(), name, value);
        }
    }
    /// Replaces a register or memory operand.
    void set_operand(unsigned i, std::uint32_t value, std::uint32_t size) const {
        if (decoded().is_register(i)) {
            set_unless_addressing(operand(i).reg.value, value);
        } else if (decoded().is_memory(i)) {
            put(program, linear_address(registers(), decoded(), operand(i)), value, size);
        }
    }
};

void shift(const Special& s) {
    if (s.random.percent(70)) {
        s.set_unless_addressing(ZYDIS_REGISTER_CL, s.random.below(36));
    }
    const auto& immediate = s.decoded().instruction.raw.imm[0];
    if (immediate.size == 8 && s.random.percent(70)) {
        s.encoded.bytes.at(immediate.offset) = static_cast<std::byte>(s.random.below(36));
        decode_again(s.encoded, s.program.code32());
    }
}

/// Most dividends overflow; make the high half small, or the sign of the low one.
void divide(const Special& s) {
    if (s.random.percent(40)) {
        return;
    }
    const bool is_signed = s.decoded().mnemonic() == ZYDIS_MNEMONIC_IDIV;
    const std::uint32_t eax = s.registers()[Register::eax];
    const unsigned width = s.decoded().width();
    const std::uint32_t sign = eax >> (width - 1) & 1;
    const std::uint32_t high = is_signed && sign != 0 ? ~s.random.below(2) : s.random.below(3);
    s.set_unless_addressing(width == 8    ? ZYDIS_REGISTER_AH
                            : width == 16 ? ZYDIS_REGISTER_DX
                                          : ZYDIS_REGISTER_EDX,
                            high);
}

void compare_exchange(const Special& s) {
    if (s.random.percent(50)) {
        return;
    }
    const std::uint32_t eax = s.registers()[Register::eax];
    if (s.decoded().mnemonic() == ZYDIS_MNEMONIC_CMPXCHG8B) {
        const std::uint32_t at = linear_address(s.registers(), s.decoded(), s.operand(0));
        put(s.program, at, eax, 4);
        put(s.program, at + 4, s.registers()[Register::edx], 4);
    } else {
        s.set_operand(0, eax, s.decoded().width() / 8U);
    }
}

/// A bit string reaches far; stay near the operand.
void bit_string(const Special& s) {
    if (s.decoded().is_memory(0) && s.decoded().is_register(1) && s.random.percent(85)) {
        s.set_unless_addressing(s.operand(1).reg.value, s.random.below(2048) - 1024);
    }
}

void bound(const Special& s) {
    if (!s.decoded().is_memory(1) || s.random.percent(30)) {
        return;
    }
    const std::uint32_t size = s.decoded().width() / 8U;
    const std::uint32_t at = linear_address(s.registers(), s.decoded(), s.operand(1));
    const std::uint32_t index = read_register(s.registers(), s.operand(0).reg.value);
    put(s.program, at, index - s.random.below(3), size);
    put(s.program, at + size, index + s.random.below(3) - 1, size);
}

void enter(const Special& s) {
    const auto& size = s.decoded().instruction.raw.imm[0];
    const auto& level = s.decoded().instruction.raw.imm[1];
    s.encoded.bytes.at(size.offset + 1U) = std::byte{0};
    if (s.random.percent(80)) {
        s.encoded.bytes.at(level.offset) = static_cast<std::byte>(s.random.below(4));
    }
    decode_again(s.encoded, s.program.code32());
}

void string(const Special& s) {
    vectors::Registers& registers = s.registers();
    const bool address16 = s.decoded().address16();
    const std::uint32_t size = s.decoded().width() / 8U;
    ZydisRegister segment = ZYDIS_REGISTER_DS;
    for (unsigned i = 0; i < s.decoded().instruction.operand_count; ++i) {
        const auto& operand = s.operand(i);
        const bool source = operand.type == ZYDIS_OPERAND_TYPE_MEMORY &&
                            whole_register(operand.mem.base) == Register::esi;
        segment = source ? operand.mem.segment : segment;
    }
    const auto place = [&](Register r, ZydisRegister of, ZydisRegister part) {
        const std::uint32_t offset =
            choose_offset(s.random, selector_of(registers, of), address16, 4 * size);
        if (address16) {
            write_register(registers, part, offset);
        } else {
            registers[r] = offset;
        }
    };
    place(Register::esi, segment, ZYDIS_REGISTER_SI);
    place(Register::edi, ZYDIS_REGISTER_ES, ZYDIS_REGISTER_DI);
    if (s.random.percent(15)) {
        registers[Register::edi] = registers[Register::esi] + s.random.below(9) - 4;
    }
    const std::uint32_t count = s.random.percent(3) ? s.random.below(0x400) : s.random.below(14);
    write_register(registers, address16 ? ZYDIS_REGISTER_CX : ZYDIS_REGISTER_ECX, count);
    if (s.random.percent(25)) {
        return;
    }
    // Elements that are equal for a while.
    const auto linear = [&](ZydisRegister of, Register r) {
        return base_of(selector_of(registers, of)) +
               (address16 ? registers[r] & 0xFFFF : registers[r]);
    };
    const std::uint32_t source = linear(segment, Register::esi);
    const std::uint32_t target = linear(ZYDIS_REGISTER_ES, Register::edi);
    const bool down = (registers[Register::eflags] & cpu::flag::df) != 0;
    for (std::uint32_t i = 0; i < s.random.below(8); ++i) {
        const std::uint32_t step = down ? 0 - i * size : i * size;
        const std::uint32_t value =
            s.random.percent(50) ? registers[Register::eax] : interesting32(s.random);
        put(s.program, source + step, value, size);
        put(s.program, target + step, value, size);
    }
}

void translate(const Special& s) {
    const std::uint16_t selector = selector_of(s.registers(), s.operand(0).mem.segment);
    const std::uint32_t offset = choose_offset(s.random, selector, s.decoded().address16(), 1);
    write_register(s.registers(), s.decoded().address16() ? ZYDIS_REGISTER_BX : ZYDIS_REGISTER_EBX,
                   offset - (s.registers()[Register::eax] & 0xFF));
}

/// POPF and IRET: no TF unless asked for, and never NT, with which the 64-bit host's IRET differs.
void pop_flags(const Special& s) {
    constexpr std::uint32_t nt = 0x4000;
    std::uint32_t image = s.random.u32() & ~(nt | cpu::flag::tf);
    if (s.random.percent(4)) {
        image |= cpu::flag::tf;
    }
    put(s.program, stack_top(s.registers()), image, 4);
}

/// A bit of MXCSR that only AMD's processors have.
constexpr std::uint32_t misaligned_mode = 1U << 17;

/// MXCSR in memory: mostly without reserved bits, which are #GP.
void load_mxcsr(const Special& s) {
    const std::uint32_t bits = s.random.percent(85) ? 0xFFFF : ~misaligned_mode;
    s.set_operand(0, s.random.u32() & bits, 4);
}

void restore_fxsave_image(const Special& s) {
    const std::uint32_t at = linear_address(s.registers(), s.decoded(), s.operand(0));
    put(s.program, at + 24,
        s.random.percent(90) ? s.random.u32() & 0xFFFF : s.random.u32() & ~misaligned_mode, 4);
}

void masked_move(const Special& s) {
    const std::uint16_t ds = selector_of(s.registers(), ZYDIS_REGISTER_DS);
    s.registers()[Register::edi] = choose_offset(s.random, ds, s.decoded().address16(), 16);
}

void leave(const Special& s) {
    // choose_state() already aims EBP at the stack, mostly.
    put(s.program, s.registers()[Register::ebp], interesting32(s.random), 4);
}

}  // namespace

void make_special(Program& program, Encoded& encoded, Random& random) {
    const Special s{program, encoded, random};
    if (transfer_control(program, encoded, random)) {
        return;
    }
    const ZydisInstructionCategory category = encoded.decoded.instruction.meta.category;
    if (category == ZYDIS_CATEGORY_STRINGOP || category == ZYDIS_CATEGORY_IOSTRINGOP) {
        string(s);
        return;
    }
    switch (static_cast<int>(encoded.decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_ROL:
        case ZYDIS_MNEMONIC_ROR:
        case ZYDIS_MNEMONIC_RCL:
        case ZYDIS_MNEMONIC_RCR:
        case ZYDIS_MNEMONIC_SHL:
        case ZYDIS_MNEMONIC_SHR:
        case ZYDIS_MNEMONIC_SAR:
        case ZYDIS_MNEMONIC_SHLD:
        case ZYDIS_MNEMONIC_SHRD: shift(s); break;
        case ZYDIS_MNEMONIC_DIV:
        case ZYDIS_MNEMONIC_IDIV: divide(s); break;
        case ZYDIS_MNEMONIC_CMPXCHG:
        case ZYDIS_MNEMONIC_CMPXCHG8B: compare_exchange(s); break;
        case ZYDIS_MNEMONIC_BT:
        case ZYDIS_MNEMONIC_BTC:
        case ZYDIS_MNEMONIC_BTR:
        case ZYDIS_MNEMONIC_BTS: bit_string(s); break;
        case ZYDIS_MNEMONIC_BOUND: bound(s); break;
        case ZYDIS_MNEMONIC_ENTER: enter(s); break;
        case ZYDIS_MNEMONIC_LEAVE: leave(s); break;
        case ZYDIS_MNEMONIC_XLAT: translate(s); break;
        case ZYDIS_MNEMONIC_POPF:
        case ZYDIS_MNEMONIC_POPFD: pop_flags(s); break;
        case ZYDIS_MNEMONIC_LDMXCSR: load_mxcsr(s); break;
        case ZYDIS_MNEMONIC_FXRSTOR: restore_fxsave_image(s); break;
        case ZYDIS_MNEMONIC_MASKMOVQ:
        case ZYDIS_MNEMONIC_MASKMOVDQU: masked_move(s); break;
        default: load_segments(program, encoded, random); break;
    }
}

}  // namespace ringside::oracle
