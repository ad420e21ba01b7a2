// SPDX-License-Identifier: MIT
#include "cpu/timing/decoded.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cpu/instruction.hpp"

namespace ringside::cpu::timing {
namespace {

struct Group {
    std::string_view key;
    std::string_view mnemonics;  ///< as Zydis prints them, in upper case
};

constexpr std::array groups{
    Group{"CBW/CWDE", "CBW CWDE"},
    Group{"CWD/CDQ", "CWD CDQ"},
    Group{"MOVZX/MOVSX", "MOVZX MOVSX"},
    Group{"XLAT", "XLAT"},
    Group{"NOP", "NOP PAUSE"},
    Group{"WAIT/FWAIT", "FWAIT"},
    Group{"PUSHA/PUSHAD", "PUSHA PUSHAD"},
    Group{"POPA/POPAD", "POPA POPAD"},
    Group{"PUSHF/PUSHFD", "PUSHF PUSHFD"},
    Group{"POPF/POPFD", "POPF POPFD"},
    Group{"SHL/SHR/SAR", "SHL SHR SAR SAL"},
    Group{"ROL/ROR", "ROL ROR"},
    Group{"RCL/RCR", "RCL RCR"},
    Group{"SHLD/SHRD", "SHLD SHRD"},
    Group{"SETcc",
          "SETO SETNO SETB SETNB SETZ SETNZ SETBE SETNBE SETS SETNS SETP SETNP SETL SETNL "
          "SETLE SETNLE"},
    Group{"CMOVcc",
          "CMOVO CMOVNO CMOVB CMOVNB CMOVZ CMOVNZ CMOVBE CMOVNBE CMOVS CMOVNS CMOVP "
          "CMOVNP CMOVL CMOVNL CMOVLE CMOVNLE"},
    Group{"Jcc", "JO JNO JB JNB JZ JNZ JBE JNBE JS JNS JP JNP JL JNL JLE JNLE"},
    Group{"JCXZ/JECXZ", "JCXZ JECXZ"},
    Group{"LOOPE/LOOPNE", "LOOPE LOOPNE"},
    Group{"MOVS", "MOVSB MOVSW MOVSD"},
    Group{"STOS", "STOSB STOSW STOSD"},
    Group{"LODS", "LODSB LODSW LODSD"},
    Group{"SCAS", "SCASB SCASW SCASD"},
    Group{"CMPS", "CMPSB CMPSW CMPSD"},
    Group{"INS", "INSB INSW INSD"},
    Group{"OUTS", "OUTSB OUTSW OUTSD"},
    Group{"INT n", "INT"},
    Group{"ICEBP", "INT1"},
    Group{"IRET/IRETD", "IRET IRETD"},
    Group{"LGDT/LIDT", "LGDT LIDT"},
    Group{"SGDT/SIDT", "SGDT SIDT"},
    Group{"UD2/undefined opcode", "UD0 UD1 UD2"},
    Group{"FST(P)", "FST FSTP FSTPNCE"},
    Group{"FIST(P)", "FIST FISTP"},
    Group{"FADD/FSUB/FSUBR", "FADD FSUB FSUBR FADDP FSUBP FSUBRP"},
    Group{"FIADD/FISUB", "FIADD FISUB FISUBR"},
    Group{"FMUL", "FMUL FMULP"},
    Group{"FDIV(R)", "FDIV FDIVR FDIVP FDIVRP"},
    Group{"FIDIV(R)", "FIDIV FIDIVR"},
    Group{"FCOM(P)", "FCOM FCOMP"},
    Group{"FUCOM(P)", "FUCOM FUCOMP FUCOMPP"},
    Group{"FICOM(P)", "FICOM FICOMP"},
    Group{"FCOMI(P)", "FCOMI FCOMIP FUCOMI FUCOMIP"},
    Group{"FCMOVcc", "FCMOVB FCMOVE FCMOVBE FCMOVU FCMOVNB FCMOVNE FCMOVNBE FCMOVNU"},
    Group{"FLDPI/FLDL2T/FLDL2E/FLDLG2/FLDLN2", "FLDPI FLDL2T FLDL2E FLDLG2 FLDLN2"},
    Group{"FFREE", "FFREE FFREEP"},
    Group{"FNOP", "FNOP FENI8087_NOP FDISI8087_NOP FSETPM287_NOP"},
};

constexpr std::string_view named_as_they_are =
    "ADD SUB AND OR XOR ADC SBB CMP TEST INC DEC NEG NOT AAA AAS DAA DAS AAD AAM MUL IMUL DIV IDIV "
    "MOV LEA XCHG BSWAP LAHF SAHF CLC STC CMC CLD STD CLI STI SALC CLTS HLT PUSH POP ENTER LEAVE "
    "LDS LES LSS LFS LGS BT BTS BTR BTC BSF BSR IN OUT LOOP JMP CALL RET INT3 INTO BOUND CMPXCHG "
    "XADD CMPXCHG8B CPUID RDTSC RDMSR WRMSR RDPMC SYSENTER SYSEXIT LLDT SLDT LTR STR LMSW SMSW "
    "VERR VERW ARPL LAR LSL INVD WBINVD INVLPG "
    "FLD FILD FISTTP FBLD FBSTP FXCH FIMUL FSQRT FABS FCHS FCOMPP FTST FXAM FRNDINT FSCALE FPREM "
    "FPREM1 FXTRACT FLDZ FLD1 FSIN FCOS FSINCOS FPTAN FPATAN F2XM1 FYL2X FYL2XP1 FNINIT FNCLEX "
    "FLDCW FNSTCW FNSTSW FLDENV FNSTENV FNSAVE FRSTOR FXSAVE FXRSTOR FINCSTP FDECSTP";

bool has_word(std::string_view words, std::string_view word) {
    const auto list = split(words, ' ');
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string key_named(const std::string& mnemonic) {
    for (const Group& group : groups) {
        if (has_word(group.mnemonics, mnemonic)) {
            return std::string{group.key};
        }
    }
    return has_word(named_as_they_are, mnemonic) ? mnemonic : std::string{};
}

/// Of MMX and SSE, whose keys are classes: what the instruction's own row says.
std::string key_in_row(ZydisMnemonic mnemonic) {
    const Instruction* const row = find_instruction(mnemonic);
    return row != nullptr ? std::string{row->clocks} : std::string{};
}

}  // namespace

Decoded::Decoded(std::string_view hex, unsigned code_bits) {
    std::vector<std::uint8_t> bytes;
    for (const std::string_view byte : split(hex, ' ')) {
        bytes.push_back(static_cast<std::uint8_t>(parse_number("0x" + std::string{byte}).value()));
    }
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder,
                     code_bits == 16 ? ZYDIS_MACHINE_MODE_LEGACY_16 : ZYDIS_MACHINE_MODE_LEGACY_32,
                     code_bits == 16 ? ZYDIS_STACK_WIDTH_16 : ZYDIS_STACK_WIDTH_32);
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &instruction,
                                             operands.data())) ||
        instruction.length != bytes.size()) {
        throw std::invalid_argument("not one instruction: " + std::string{hex});
    }
}

std::string_view key_of(ZydisMnemonic mnemonic) {
    static const auto keys = [] {
        std::vector<std::string> table(ZYDIS_MNEMONIC_MAX_VALUE + 1);
        for (std::size_t i = 0; i < table.size(); ++i) {
            const auto which = static_cast<ZydisMnemonic>(i);
            table[i] = key_named(upcase(ZydisMnemonicGetString(which)));
            if (table[i].empty()) {
                table[i] = key_in_row(which);
            }
        }
        return table;
    }();
    return keys.at(static_cast<std::size_t>(mnemonic));
}

Cost cost_of(Model model, std::string_view hex, bool protected_mode, unsigned code_bits) {
    const Decoded decoded{hex, code_bits};
    return ClockTable::of(model).cost(key_of(decoded.instruction.mnemonic), decoded.instruction,
                                      decoded.operands.data(), protected_mode);
}

}  // namespace ringside::cpu::timing
