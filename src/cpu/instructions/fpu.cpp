// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/fpu/form.hpp"
#include "cpu/fpu_access.hpp"
#include "cpu/instruction.hpp"
#include "cpu/instructions/fpu_general.hpp"
#include "cpu/instructions/fpu_operands.hpp"
#include "cpu/instructions/fpu_quick.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint32_t fcomi_flags = flag::zf | flag::pf | flag::cf;

// FCMOVcc reads the integer flags, FCOMI and its like write all six.
[[gnu::noinline]] void with_flags(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    fpu::Transfer x;
    x.index = op->immediate & 7U;
    x.flags = cpu.flags.value_bits() & fcomi_flags;
    run_form<false>(cpu, op, form, x);
    if (x.writes_flags) {
        cpu.flags.load(x.flags);
    }
}

[[gnu::noinline]] void to_ax(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    fpu::Transfer x;
    run_form<false>(cpu, op, form, x);
    cpu.registers.set<std::uint16_t>(0, static_cast<std::uint16_t>(x.low));
}

template <typename M>
[[gnu::noinline]] void load_memory80(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    const LinearAddress a = M::address(cpu, op, 10, mmu::Access::read);
    check_whole(cpu, op, a, 10);
    fpu::Transfer x;
    x.low = cpu.read<std::uint64_t>(a);
    x.high = cpu.read<std::uint16_t>(a + 8);
    run_form<true>(cpu, op, form, x);
}

template <typename M>
[[gnu::noinline]] void store_memory80(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    const LinearAddress a = M::address(cpu, op, 10, mmu::Access::write);
    check_whole(cpu, op, a, 10);
    static_cast<void>(cpu.modify<std::uint64_t>(a));
    cpu.probe(a + 8, 2, mmu::Access::write, cpu.privilege());
    fpu::Transfer x;
    run_form<true>(cpu, op, form, x);
    if (x.writes) {
        cpu.write<std::uint64_t>(a, x.low);
        cpu.write<std::uint16_t>(a + 8, x.high);
    }
}

fpu::ImageFormat image_format(const Cpu& cpu, const Op* op) {
    return {(op->modes & op_mode::operand16) == 0, cpu.protected_mode()};
}

[[gnu::noinline]] void load_image(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    std::array<std::byte, 108> image{};
    fpu::Transfer x;
    x.format = image_format(cpu, op);
    x.image = image;
    const unsigned size = fpu::operand_size(form.operand, x.format);
    MemoryImage memory(cpu, op, size, mmu::Access::read);
    memory.require();
    memory.read(std::span(image).first(size));
    run_form<true>(cpu, op, form, x);
}

[[gnu::noinline]] void store_image(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    std::array<std::byte, 108> image{};
    fpu::Transfer x;
    x.format = image_format(cpu, op);
    x.image = image;
    const unsigned size = fpu::operand_size(form.operand, x.format);
    MemoryImage memory(cpu, op, size, mmu::Access::write);
    memory.require();
    run_form<true>(cpu, op, form, x);
    memory.write(0, std::span(image).first(size));
}

// WAIT looks at MP and TS, and at nothing else of CR0.
void wait(Cpu& cpu, const Op*) {
    constexpr std::uint32_t both = cr0::mp | cr0::ts;
    if ((cpu.cr0 & both) == both) {
        throw Fault{Vector::device_not_available, 0, {}};
    }
    await_fpu(cpu);
}

template <typename M>
Selection select_load(fpu::Operand operand) {
    switch (operand) {
        case fpu::Operand::integer16:
        case fpu::Operand::word: return handled<&x87_load<M, std::uint16_t>, true>();
        case fpu::Operand::real32:
        case fpu::Operand::integer32: return handled<&x87_load<M, std::uint32_t>, true>();
        case fpu::Operand::real64:
        case fpu::Operand::integer64: return handled<&x87_load<M, std::uint64_t>, true>();
        case fpu::Operand::real80:
        case fpu::Operand::decimal80: return handled<&load_memory80<M>, true>();
        case fpu::Operand::environment:
        case fpu::Operand::save: return handled<&load_image, true>();
        case fpu::Operand::none:
        case fpu::Operand::stack:
        case fpu::Operand::ax: break;
    }
    return {};
}

template <typename M>
Selection select_store(fpu::Operand operand) {
    switch (operand) {
        case fpu::Operand::integer16:
        case fpu::Operand::word: return handled<&x87_store<M, std::uint16_t>, true>();
        case fpu::Operand::real32:
        case fpu::Operand::integer32: return handled<&x87_store<M, std::uint32_t>, true>();
        case fpu::Operand::real64:
        case fpu::Operand::integer64: return handled<&x87_store<M, std::uint64_t>, true>();
        case fpu::Operand::real80:
        case fpu::Operand::decimal80: return handled<&store_memory80<M>, true>();
        case fpu::Operand::environment:
        case fpu::Operand::save: return handled<&store_image, true>();
        case fpu::Operand::none:
        case fpu::Operand::stack:
        case fpu::Operand::ax: break;
    }
    return {};
}

Selection select_x87(const Decoded& d, std::uint32_t mode) {
    const fpu::Form* const form = fpu::form_with_opcode(x87_opcode(d));
    if (form == nullptr) {
        return {};
    }
    if (const Selection quick = select_quick_x87(d, mode, *form); quick.handler != nullptr) {
        return quick;
    }
    if (form->direction == fpu::Direction::none) {
        return handled<&x87_on_registers, true>();
    }
    if (form->operand == fpu::Operand::ax) {
        return handled<&to_ax, true>();
    }
    return with_memory(d, mode, [&]<typename M>() {
        return form->direction == fpu::Direction::load ? select_load<M>(form->operand)
                                                       : select_store<M>(form->operand);
    });
}

Selection select_with_flags(const Decoded&, std::uint32_t) {
    return handled<&with_flags, true>();
}

Selection select_wait(const Decoded&, std::uint32_t) {
    return handled<&wait, true>();
}

// clang-format off
constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_F2XM1, select_x87, "F2XM1", Model::i386, "SDM vol. 2, F2XM1"},
    Instruction{ZYDIS_MNEMONIC_FABS, select_x87, "FABS", Model::i386, "SDM vol. 2, FABS"},
    Instruction{ZYDIS_MNEMONIC_FADD, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FADD"},
    Instruction{ZYDIS_MNEMONIC_FADDP, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FADD"},
    Instruction{ZYDIS_MNEMONIC_FBLD, select_x87, "FBLD", Model::i386, "SDM vol. 2, FBLD"},
    Instruction{ZYDIS_MNEMONIC_FBSTP, select_x87, "FBSTP", Model::i386, "SDM vol. 2, FBSTP"},
    Instruction{ZYDIS_MNEMONIC_FCHS, select_x87, "FCHS", Model::i386, "SDM vol. 2, FCHS"},
    Instruction{ZYDIS_MNEMONIC_FCMOVB, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVBE, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVE, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVNB, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVNBE, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVNE, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVNU, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCMOVU, select_with_flags, "FCMOVcc", Model::p6, "SDM vol. 2, FCMOVcc"},
    Instruction{ZYDIS_MNEMONIC_FCOM, select_x87, "FCOM(P)", Model::i386, "SDM vol. 2, FCOM"},
    Instruction{ZYDIS_MNEMONIC_FCOMI, select_with_flags, "FCOMI(P)", Model::p6, "SDM vol. 2, FCOMI"},
    Instruction{ZYDIS_MNEMONIC_FCOMIP, select_with_flags, "FCOMI(P)", Model::p6, "SDM vol. 2, FCOMI"},
    Instruction{ZYDIS_MNEMONIC_FCOMP, select_x87, "FCOM(P)", Model::i386, "SDM vol. 2, FCOM"},
    Instruction{ZYDIS_MNEMONIC_FCOMPP, select_x87, "FCOMPP", Model::i386, "SDM vol. 2, FCOM"},
    Instruction{ZYDIS_MNEMONIC_FCOS, select_x87, "FCOS", Model::i386, "SDM vol. 2, FCOS"},
    Instruction{ZYDIS_MNEMONIC_FDECSTP, select_x87, "FDECSTP", Model::i386, "SDM vol. 2, FDECSTP"},
    Instruction{ZYDIS_MNEMONIC_FDISI8087_NOP, select_x87, "FNOP", Model::i386, "SDM vol. 1, 8.3.1"},
    Instruction{ZYDIS_MNEMONIC_FDIV, select_x87, "FDIV(R)", Model::i386, "SDM vol. 2, FDIV"},
    Instruction{ZYDIS_MNEMONIC_FDIVP, select_x87, "FDIV(R)", Model::i386, "SDM vol. 2, FDIV"},
    Instruction{ZYDIS_MNEMONIC_FDIVR, select_x87, "FDIV(R)", Model::i386, "SDM vol. 2, FDIVR"},
    Instruction{ZYDIS_MNEMONIC_FDIVRP, select_x87, "FDIV(R)", Model::i386, "SDM vol. 2, FDIVR"},
    Instruction{ZYDIS_MNEMONIC_FENI8087_NOP, select_x87, "FNOP", Model::i386, "SDM vol. 1, 8.3.1"},
    Instruction{ZYDIS_MNEMONIC_FFREE, select_x87, "FFREE", Model::i386, "SDM vol. 2, FFREE"},
    Instruction{ZYDIS_MNEMONIC_FFREEP, select_x87, "FFREE", Model::i386, "no manual of the P6; all parts have it"},
    Instruction{ZYDIS_MNEMONIC_FIADD, select_x87, "FIADD/FISUB", Model::i386, "SDM vol. 2, FADD"},
    Instruction{ZYDIS_MNEMONIC_FICOM, select_x87, "FICOM(P)", Model::i386, "SDM vol. 2, FICOM"},
    Instruction{ZYDIS_MNEMONIC_FICOMP, select_x87, "FICOM(P)", Model::i386, "SDM vol. 2, FICOM"},
    Instruction{ZYDIS_MNEMONIC_FIDIV, select_x87, "FIDIV(R)", Model::i386, "SDM vol. 2, FDIV"},
    Instruction{ZYDIS_MNEMONIC_FIDIVR, select_x87, "FIDIV(R)", Model::i386, "SDM vol. 2, FDIVR"},
    Instruction{ZYDIS_MNEMONIC_FILD, select_x87, "FILD", Model::i386, "SDM vol. 2, FILD"},
    Instruction{ZYDIS_MNEMONIC_FIMUL, select_x87, "FIMUL", Model::i386, "SDM vol. 2, FMUL"},
    Instruction{ZYDIS_MNEMONIC_FINCSTP, select_x87, "FINCSTP", Model::i386, "SDM vol. 2, FINCSTP"},
    Instruction{ZYDIS_MNEMONIC_FIST, select_x87, "FIST(P)", Model::i386, "SDM vol. 2, FIST"},
    Instruction{ZYDIS_MNEMONIC_FISTP, select_x87, "FIST(P)", Model::i386, "SDM vol. 2, FIST"},
    Instruction{ZYDIS_MNEMONIC_FISTTP, select_x87, "FISTTP", Model::modern, "SDM vol. 2, FISTTP"},
    Instruction{ZYDIS_MNEMONIC_FISUB, select_x87, "FIADD/FISUB", Model::i386, "SDM vol. 2, FSUB"},
    Instruction{ZYDIS_MNEMONIC_FISUBR, select_x87, "FIADD/FISUB", Model::i386, "SDM vol. 2, FSUBR"},
    Instruction{ZYDIS_MNEMONIC_FLD, select_x87, "FLD", Model::i386, "SDM vol. 2, FLD"},
    Instruction{ZYDIS_MNEMONIC_FLD1, select_x87, "FLD1", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDCW, select_x87, "FLDCW", Model::i386, "SDM vol. 2, FLDCW"},
    Instruction{ZYDIS_MNEMONIC_FLDENV, select_x87, "FLDENV", Model::i386, "SDM vol. 2, FLDENV"},
    Instruction{ZYDIS_MNEMONIC_FLDL2E, select_x87, "FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDL2T, select_x87, "FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDLG2, select_x87, "FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDLN2, select_x87, "FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDPI, select_x87, "FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FLDZ, select_x87, "FLDZ", Model::i386, "SDM vol. 2, FLD1"},
    Instruction{ZYDIS_MNEMONIC_FMUL, select_x87, "FMUL", Model::i386, "SDM vol. 2, FMUL"},
    Instruction{ZYDIS_MNEMONIC_FMULP, select_x87, "FMUL", Model::i386, "SDM vol. 2, FMUL"},
    Instruction{ZYDIS_MNEMONIC_FNCLEX, select_x87, "FNCLEX", Model::i386, "SDM vol. 2, FCLEX"},
    Instruction{ZYDIS_MNEMONIC_FNINIT, select_x87, "FNINIT", Model::i386, "SDM vol. 2, FINIT"},
    Instruction{ZYDIS_MNEMONIC_FNOP, select_x87, "FNOP", Model::i386, "SDM vol. 2, FNOP"},
    Instruction{ZYDIS_MNEMONIC_FNSAVE, select_x87, "FNSAVE", Model::i386, "SDM vol. 2, FSAVE"},
    Instruction{ZYDIS_MNEMONIC_FNSTCW, select_x87, "FNSTCW", Model::i386, "SDM vol. 2, FSTCW"},
    Instruction{ZYDIS_MNEMONIC_FNSTENV, select_x87, "FNSTENV", Model::i386, "SDM vol. 2, FSTENV"},
    Instruction{ZYDIS_MNEMONIC_FNSTSW, select_x87, "FNSTSW", Model::i386, "SDM vol. 2, FSTSW"},
    Instruction{ZYDIS_MNEMONIC_FPATAN, select_x87, "FPATAN", Model::i386, "SDM vol. 2, FPATAN"},
    Instruction{ZYDIS_MNEMONIC_FPREM, select_x87, "FPREM", Model::i386, "SDM vol. 2, FPREM"},
    Instruction{ZYDIS_MNEMONIC_FPREM1, select_x87, "FPREM1", Model::i386, "SDM vol. 2, FPREM1"},
    Instruction{ZYDIS_MNEMONIC_FPTAN, select_x87, "FPTAN", Model::i386, "SDM vol. 2, FPTAN"},
    Instruction{ZYDIS_MNEMONIC_FRNDINT, select_x87, "FRNDINT", Model::i386, "SDM vol. 2, FRNDINT"},
    Instruction{ZYDIS_MNEMONIC_FRSTOR, select_x87, "FRSTOR", Model::i386, "SDM vol. 2, FRSTOR"},
    Instruction{ZYDIS_MNEMONIC_FSCALE, select_x87, "FSCALE", Model::i386, "SDM vol. 2, FSCALE"},
    Instruction{ZYDIS_MNEMONIC_FSETPM287_NOP, select_x87, "FNOP", Model::i386, "SDM vol. 1, 8.3.1"},
    Instruction{ZYDIS_MNEMONIC_FSIN, select_x87, "FSIN", Model::i386, "SDM vol. 2, FSIN"},
    Instruction{ZYDIS_MNEMONIC_FSINCOS, select_x87, "FSINCOS", Model::i386, "SDM vol. 2, FSINCOS"},
    Instruction{ZYDIS_MNEMONIC_FSQRT, select_x87, "FSQRT", Model::i386, "SDM vol. 2, FSQRT"},
    Instruction{ZYDIS_MNEMONIC_FST, select_x87, "FST(P)", Model::i386, "SDM vol. 2, FST"},
    Instruction{ZYDIS_MNEMONIC_FSTP, select_x87, "FST(P)", Model::i386, "SDM vol. 2, FST"},
    Instruction{ZYDIS_MNEMONIC_FSTPNCE, select_x87, "FST(P)", Model::i386, "no manual of the P6; all parts have it"},
    Instruction{ZYDIS_MNEMONIC_FSUB, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FSUB"},
    Instruction{ZYDIS_MNEMONIC_FSUBP, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FSUB"},
    Instruction{ZYDIS_MNEMONIC_FSUBR, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FSUBR"},
    Instruction{ZYDIS_MNEMONIC_FSUBRP, select_x87, "FADD/FSUB/FSUBR", Model::i386, "SDM vol. 2, FSUBR"},
    Instruction{ZYDIS_MNEMONIC_FTST, select_x87, "FTST", Model::i386, "SDM vol. 2, FTST"},
    Instruction{ZYDIS_MNEMONIC_FUCOM, select_x87, "FUCOM(P)", Model::i386, "SDM vol. 2, FUCOM"},
    Instruction{ZYDIS_MNEMONIC_FUCOMI, select_with_flags, "FCOMI(P)", Model::p6, "SDM vol. 2, FCOMI"},
    Instruction{ZYDIS_MNEMONIC_FUCOMIP, select_with_flags, "FCOMI(P)", Model::p6, "SDM vol. 2, FCOMI"},
    Instruction{ZYDIS_MNEMONIC_FUCOMP, select_x87, "FUCOM(P)", Model::i386, "SDM vol. 2, FUCOM"},
    Instruction{ZYDIS_MNEMONIC_FUCOMPP, select_x87, "FUCOM(P)", Model::i386, "SDM vol. 2, FUCOM"},
    Instruction{ZYDIS_MNEMONIC_FWAIT, select_wait, "WAIT/FWAIT", Model::i386, "SDM vol. 2, WAIT/FWAIT"},
    Instruction{ZYDIS_MNEMONIC_FXAM, select_x87, "FXAM", Model::i386, "SDM vol. 2, FXAM"},
    Instruction{ZYDIS_MNEMONIC_FXCH, select_x87, "FXCH", Model::i386, "SDM vol. 2, FXCH"},
    Instruction{ZYDIS_MNEMONIC_FXTRACT, select_x87, "FXTRACT", Model::i386, "SDM vol. 2, FXTRACT"},
    Instruction{ZYDIS_MNEMONIC_FYL2X, select_x87, "FYL2X", Model::i386, "SDM vol. 2, FYL2X"},
    Instruction{ZYDIS_MNEMONIC_FYL2XP1, select_x87, "FYL2XP1", Model::i386, "SDM vol. 2, FYL2XP1"},
};
// clang-format on

}  // namespace

std::span<const Instruction> fpu_instructions() {
    return table;
}

std::uint16_t x87_opcode(const Decoded& d) {
    const auto& modrm = d.instruction.raw.modrm;
    return fpu::opcode_of(d.instruction.opcode,
                          static_cast<std::uint8_t>(modrm.mod << 6 | modrm.reg << 3 | modrm.rm));
}

const Op* coprocessor_escape(Cpu& cpu, const Op* op) {
    cpu.at = op;
    require_fpu(cpu);
    throw Fault::ud();
}

void raise_fpu_error(const Cpu& cpu) {
    // The i386 has no NE: its coprocessor's ERROR# always raises the exception.
    if (cpu.model == Model::i386 || (cpu.cr0 & cr0::ne) != 0) {
        throw Fault{Vector::x87_error, 0, {}};
    }
    throw WaitsForInterrupt{};
}

}  // namespace ringside::cpu
