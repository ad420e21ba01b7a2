// SPDX-License-Identifier: MIT
#include "oracle/undefined.hpp"

#include "base/bits.hpp"
#include "cpu/eflags.hpp"
#include "cpu/fpu/control.hpp"
#include "oracle/generate/operands.hpp"
#include "vectors/flag_masks.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;
namespace flag = cpu::flag;

/// One instruction and what is found open behind it.
struct Finding {
    const Program& program;
    const cpu::Decoded& decoded;
    const State& after;
    Undefined& undefined;

    [[nodiscard]] const vectors::Registers& before() const { return program.before.registers; }
    void flags(std::uint32_t bits) const { undefined.registers[Register::eflags] = bits; }
    void memory(std::uint32_t from, std::uint32_t size) const {
        for (std::uint32_t i = 0; i < size; ++i) {
            undefined.memory.push_back({from + i, 0xFF});
        }
    }
    [[nodiscard]] std::uint32_t address() const {
        return linear_address(before(), decoded, decoded.operand(0));
    }
    /// The destination is open.
    void result() const {
        const ZydisDecodedOperand& operand = decoded.operand(0);
        if (decoded.is_memory(0)) {
            memory(address(), operand.size / 8U);
        } else {
            write_register(undefined.registers, operand.reg.value, 0xFFFFFFFF);
        }
    }
    /// Of a shift or rotation.
    [[nodiscard]] std::uint32_t count() const {
        const unsigned last = decoded.operand_count() - 1;
        const ZydisDecodedOperand& operand = decoded.operand(last);
        if (last == 0) {
            return 1;
        }
        return 0x1F & (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE
                           ? static_cast<std::uint32_t>(operand.imm.value.u)
                           : read_register(before(), operand.reg.value));
    }
};

std::uint32_t shift_flags(const cpu::Decoded& decoded, std::uint32_t count) {
    const bool arithmetic = decoded.mnemonic() == ZYDIS_MNEMONIC_SAR;
    const bool carry = count >= decoded.width() && !arithmetic;
    return count == 0 ? 0 : flag::af | (count > 1 ? flag::of : 0) | (carry ? flag::cf : 0);
}

void shift(const Finding& f) {
    f.flags(shift_flags(f.decoded, f.count()));
}

void rotate(const Finding& f) {
    f.flags(f.count() > 1 ? flag::of : 0);
}

void double_shift(const Finding& f) {
    const std::uint32_t count = f.count();
    if (count > f.decoded.width()) {
        f.flags(flag::arithmetic);
        f.result();
    } else {
        f.flags(count == 0 ? 0 : flag::af | (count > 1 ? flag::of : 0));
    }
}

/// A source of zero leaves the destination open; every processor keeps it, so it is compared.
void scan_bits(const Finding& f) {
    f.flags(vectors::undefined_flags("bsf"));
}

/// A 32-bit push of a selector may leave the upper half of its place alone.
void push_selector(const Finding& f, std::uint32_t offset) {
    if (!f.decoded.operand16()) {
        f.memory(stack_top(f.after.registers) + offset + 2, 2);
    }
}

bool is_selector(const Finding& f) {
    return f.decoded.is_register(0) &&
           ZydisRegisterGetClass(f.decoded.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT;
}

/// Instruction and data pointers, the opcode and reserved fields; the masks in bytes are those of
/// the formats (SDM vol. 1, "Saving the x87 FPU's State").
void environment(const Finding& f) {
    const std::uint32_t at = f.address();
    if (f.decoded.operand16()) {
        f.memory(at + 6, 8);
    } else {
        for (const std::uint32_t upper : {2U, 6U, 10U}) {
            f.memory(at + upper, 2);
        }
        f.memory(at + 12, 16);
    }
}

void fxsave(const Finding& f) {
    const std::uint32_t at = f.address();
    f.memory(at + 5, 19);
    f.memory(at + 28, 4);
    for (std::uint32_t i = 0; i < 8; ++i) {
        f.memory(at + 32 + 16 * i + 10, 6);
    }
    f.memory(at + 288, 512 - 288);
}

/// C0 to C3 where the manual says that they are undefined (SDM vol. 2, "FPU Flags Affected").
std::uint16_t open_conditions(ZydisMnemonic mnemonic) {
    namespace status = cpu::fpu::status;
    constexpr auto three = static_cast<std::uint16_t>(status::c0 | status::c2 | status::c3);
    switch (static_cast<int>(mnemonic)) {
        case ZYDIS_MNEMONIC_FCOM:
        case ZYDIS_MNEMONIC_FCOMP:
        case ZYDIS_MNEMONIC_FCOMPP:
        case ZYDIS_MNEMONIC_FUCOM:
        case ZYDIS_MNEMONIC_FUCOMP:
        case ZYDIS_MNEMONIC_FUCOMPP:
        case ZYDIS_MNEMONIC_FICOM:
        case ZYDIS_MNEMONIC_FICOMP:
        case ZYDIS_MNEMONIC_FTST:
        case ZYDIS_MNEMONIC_FXAM:
        case ZYDIS_MNEMONIC_FPREM:
        case ZYDIS_MNEMONIC_FPREM1:
        case ZYDIS_MNEMONIC_FCOMI:
        case ZYDIS_MNEMONIC_FCOMIP:
        case ZYDIS_MNEMONIC_FUCOMI:
        case ZYDIS_MNEMONIC_FUCOMIP:
        case ZYDIS_MNEMONIC_FNINIT:
        case ZYDIS_MNEMONIC_FRSTOR:
        case ZYDIS_MNEMONIC_FLDENV:
        case ZYDIS_MNEMONIC_FNSAVE:
        case ZYDIS_MNEMONIC_FNSTENV:
        case ZYDIS_MNEMONIC_FXRSTOR:
        case ZYDIS_MNEMONIC_FXSAVE: return 0;
        case ZYDIS_MNEMONIC_FLDCW:
        case ZYDIS_MNEMONIC_FNSTCW:
        case ZYDIS_MNEMONIC_FNSTSW:
        case ZYDIS_MNEMONIC_FNCLEX:
        case ZYDIS_MNEMONIC_FFREE:
        case ZYDIS_MNEMONIC_FNOP:
        case ZYDIS_MNEMONIC_FWAIT: return status::conditions;
        case ZYDIS_MNEMONIC_FSIN:
        case ZYDIS_MNEMONIC_FCOS:
        case ZYDIS_MNEMONIC_FSINCOS:
        case ZYDIS_MNEMONIC_FPTAN:
            return static_cast<std::uint16_t>(status::c0 | status::c3);  // C2: out of range
        default: return three;
    }
}

}  // namespace

OpenFlags open_behind(const cpu::Decoded& decoded) {
    OpenFlags open{vectors::undefined_flags(ZydisMnemonicGetString(decoded.mnemonic())), 0};
    if (decoded.instruction.meta.isa_ext == ZYDIS_ISA_EXT_X87) {
        open.fpu_status = open_conditions(decoded.mnemonic());
    }
    if (decoded.is_immediate(1)) {
        const auto count = static_cast<std::uint32_t>(decoded.operand(1).imm.value.u) & 0x1F;
        switch (static_cast<int>(decoded.mnemonic())) {
            case ZYDIS_MNEMONIC_SHL:
            case ZYDIS_MNEMONIC_SHR:
            case ZYDIS_MNEMONIC_SAR: open.eflags = shift_flags(decoded, count); break;
            default: break;
        }
    }
    return open;
}

Undefined undefined_behind(const Program& program, const cpu::Decoded& decoded,
                           const State& after) {
    Undefined undefined;
    const Finding f{program, decoded, after, undefined};
    f.flags(vectors::undefined_flags(ZydisMnemonicGetString(decoded.mnemonic())));
    if (decoded.instruction.meta.isa_ext == ZYDIS_ISA_EXT_X87) {
        undefined.fpu_status = open_conditions(decoded.mnemonic());
    }
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_SHL:
        case ZYDIS_MNEMONIC_SHR:
        case ZYDIS_MNEMONIC_SAR: shift(f); break;
        case ZYDIS_MNEMONIC_ROL:
        case ZYDIS_MNEMONIC_ROR:
        case ZYDIS_MNEMONIC_RCL:
        case ZYDIS_MNEMONIC_RCR: rotate(f); break;
        case ZYDIS_MNEMONIC_SHLD:
        case ZYDIS_MNEMONIC_SHRD: double_shift(f); break;
        case ZYDIS_MNEMONIC_BSF:
        case ZYDIS_MNEMONIC_BSR: scan_bits(f); break;
        case ZYDIS_MNEMONIC_BSWAP:
            if (decoded.operand16()) {
                f.result();
            }
            break;
        case ZYDIS_MNEMONIC_PUSH:
            if (is_selector(f)) {
                push_selector(f, 0);
            }
            break;
        case ZYDIS_MNEMONIC_CALL:
            if (decoded.instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR) {
                push_selector(f, 4);
            }
            break;
        case ZYDIS_MNEMONIC_FNSTENV:
        case ZYDIS_MNEMONIC_FNSAVE: environment(f); break;
        case ZYDIS_MNEMONIC_FXSAVE: fxsave(f); break;
        case ZYDIS_MNEMONIC_RCPPS:
        case ZYDIS_MNEMONIC_RCPSS:
        case ZYDIS_MNEMONIC_RSQRTPS:
        case ZYDIS_MNEMONIC_RSQRTSS: undefined.approximate = true; break;
        default: break;
    }
    return undefined;
}

}  // namespace ringside::oracle
