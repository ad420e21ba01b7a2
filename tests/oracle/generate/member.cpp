// SPDX-License-Identifier: MIT
#include "oracle/generate/member.hpp"

#include <array>

#include "oracle/generate/encode.hpp"
#include "oracle/generate/operands.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

/// Those that end a sequence, and those whose result no mask of a whole sequence can leave open.
bool is_fit(const cpu::Decoded& decoded) {
    switch (static_cast<int>(decoded.instruction.meta.category)) {
        case ZYDIS_CATEGORY_CALL:
        case ZYDIS_CATEGORY_COND_BR:
        case ZYDIS_CATEGORY_INTERRUPT:
        case ZYDIS_CATEGORY_IO:
        case ZYDIS_CATEGORY_IOSTRINGOP:
        case ZYDIS_CATEGORY_RET:
        case ZYDIS_CATEGORY_SEGOP:
        case ZYDIS_CATEGORY_SYSCALL:
        case ZYDIS_CATEGORY_SYSTEM:
        case ZYDIS_CATEGORY_UNCOND_BR: return false;
        default: break;
    }
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_BOUND:
        case ZYDIS_MNEMONIC_CLI:
        case ZYDIS_MNEMONIC_STI:
        case ZYDIS_MNEMONIC_UD0:
        case ZYDIS_MNEMONIC_UD1:
        case ZYDIS_MNEMONIC_UD2:
        // Pointers, opcodes and reserved fields in memory.
        case ZYDIS_MNEMONIC_FNSTENV:
        case ZYDIS_MNEMONIC_FNSAVE:
        case ZYDIS_MNEMONIC_FXSAVE:
        // They take a bit of MXCSR that Intel's processors refuse.
        case ZYDIS_MNEMONIC_FXRSTOR:
        case ZYDIS_MNEMONIC_LDMXCSR:
        // Results that are not exact.
        case ZYDIS_MNEMONIC_F2XM1:
        case ZYDIS_MNEMONIC_FCOS:
        case ZYDIS_MNEMONIC_FPATAN:
        case ZYDIS_MNEMONIC_FPTAN:
        case ZYDIS_MNEMONIC_FSIN:
        case ZYDIS_MNEMONIC_FSINCOS:
        case ZYDIS_MNEMONIC_FYL2X:
        case ZYDIS_MNEMONIC_FYL2XP1:
        case ZYDIS_MNEMONIC_RCPPS:
        case ZYDIS_MNEMONIC_RCPSS:
        case ZYDIS_MNEMONIC_RSQRTPS:
        case ZYDIS_MNEMONIC_RSQRTSS: return false;
        case ZYDIS_MNEMONIC_BSWAP:
        case ZYDIS_MNEMONIC_SHLD:
        case ZYDIS_MNEMONIC_SHRD: return !decoded.operand16();
        // A bit string reaches anywhere.
        case ZYDIS_MNEMONIC_BT:
        case ZYDIS_MNEMONIC_BTC:
        case ZYDIS_MNEMONIC_BTR:
        case ZYDIS_MNEMONIC_BTS: return !decoded.is_memory(0) || decoded.is_immediate(1);
        default: return true;
    }
}

bool is_pointer(Register r) {
    return r == Register::ebx || r == Register::esi || r == Register::edi || r == Register::ebp ||
           r == Register::esp;
}

/// Whether the instruction leaves pointers and segment registers alone, but for what it moves by a
/// step: the stack pointer, and the indices of string instructions.
bool keeps_pointers(const cpu::Decoded& decoded) {
    const bool is_string = decoded.instruction.meta.category == ZYDIS_CATEGORY_STRINGOP;
    for (unsigned i = 0; i < decoded.instruction.operand_count; ++i) {
        const ZydisDecodedOperand& operand = decoded.operand(i);
        if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER ||
            (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) == 0) {
            continue;
        }
        const bool hidden = operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN;
        const auto whole = whole_register(operand.reg.value);
        const bool steps = hidden && (is_string || whole == Register::esp);
        if ((whole && is_pointer(*whole) && !steps) ||
            ZydisRegisterGetClass(operand.reg.value) == ZYDIS_REGCLASS_SEGMENT) {
            return false;
        }
    }
    return true;
}

/// A memory operand beside one of the pointers.
void aim(ZydisEncoderOperand& operand, bool address16, Random& random) {
    constexpr std::array bases32{ZYDIS_REGISTER_EBX, ZYDIS_REGISTER_ESI, ZYDIS_REGISTER_EDI,
                                 ZYDIS_REGISTER_EBP};
    constexpr std::array bases16{ZYDIS_REGISTER_BX, ZYDIS_REGISTER_SI, ZYDIS_REGISTER_DI,
                                 ZYDIS_REGISTER_BP};
    operand.mem.base = random.one_of(address16 ? bases16 : bases32);
    operand.mem.index = ZYDIS_REGISTER_NONE;
    operand.mem.scale = 0;
    const auto distance = static_cast<ZyanI64>(random.below(0x180)) - 0xC0;
    // Sixteen bytes are mostly wanted on their boundary.
    operand.mem.displacement =
        random.percent(operand.mem.size >= 16 ? 95 : 40) ? distance & ~ZyanI64{15} : distance;
}

constexpr ZyanU64 segment_prefixes = ZYDIS_ATTRIB_HAS_SEGMENT_CS | ZYDIS_ATTRIB_HAS_SEGMENT_SS |
                                     ZYDIS_ATTRIB_HAS_SEGMENT_DS | ZYDIS_ATTRIB_HAS_SEGMENT_ES |
                                     ZYDIS_ATTRIB_HAS_SEGMENT_FS | ZYDIS_ATTRIB_HAS_SEGMENT_GS;

/// The instruction with its memory operand where memory is.
std::optional<std::vector<std::byte>> encode_aimed(const cpu::Decoded& decoded, Random& random) {
    ZydisEncoderRequest request;
    if (!ZYAN_SUCCESS(ZydisEncoderDecodedInstructionToEncoderRequest(
            &decoded.instruction, decoded.operands.data(),
            decoded.instruction.operand_count_visible, &request))) {
        return std::nullopt;
    }
    for (unsigned i = 0; i < request.operand_count; ++i) {
        if (request.operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY) {
            aim(request.operands[i], decoded.address16(), random);
        }
    }
    if (random.percent(85)) {
        request.prefixes &= ~segment_prefixes;
    }
    std::array<std::byte, ZYDIS_MAX_INSTRUCTION_LENGTH> bytes{};
    ZyanUSize size = bytes.size();
    if (!ZYAN_SUCCESS(ZydisEncoderEncodeInstruction(&request, bytes.data(), &size))) {
        return std::nullopt;
    }
    return std::vector(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
}

bool has_memory_operand(const cpu::Decoded& decoded) {
    for (unsigned i = 0; i < decoded.operand_count(); ++i) {
        if (decoded.is_memory(i) && decoded.operand(i).mem.type == ZYDIS_MEMOP_TYPE_MEM &&
            decoded.operand(i).visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT) {
            return true;
        }
    }
    return false;
}

bool repeats(const cpu::Decoded& decoded) {
    return decoded.has(ZYDIS_ATTRIB_HAS_REP) || decoded.has(ZYDIS_ATTRIB_HAS_REPE) ||
           decoded.has(ZYDIS_ATTRIB_HAS_REPNE);
}

}  // namespace

std::optional<std::vector<std::byte>> member(const Form& form, bool code32, Random& random) {
    auto encoded = encode(form, code32, random);
    if (!encoded || !is_fit(encoded->decoded) || !keeps_pointers(encoded->decoded)) {
        return std::nullopt;
    }
    // Division faults too often, and so do lone prefixes.
    const auto category = encoded->decoded.instruction.meta.category;
    const auto mnemonic = encoded->decoded.mnemonic();
    if ((mnemonic == ZYDIS_MNEMONIC_DIV || mnemonic == ZYDIS_MNEMONIC_IDIV) && random.percent(85)) {
        return std::nullopt;
    }
    if (has_memory_operand(encoded->decoded)) {
        return encode_aimed(encoded->decoded, random);
    }
    if (category == ZYDIS_CATEGORY_STRINGOP && repeats(encoded->decoded)) {
        std::vector<std::byte> both = set_counter(code32, random.below(9));
        if (encoded->decoded.address16() == code32) {
            return std::nullopt;  // counts in the other register
        }
        both.insert(both.end(), encoded->bytes.begin(), encoded->bytes.end());
        return both;
    }
    return std::move(encoded->bytes);
}

std::vector<std::byte> set_counter(bool code32, std::uint32_t value) {
    std::vector<std::byte> bytes{std::byte{0xB9}, static_cast<std::byte>(value), std::byte{0}};
    bytes.resize(code32 ? 5 : 3);
    return bytes;
}

bool writes_counter(std::span<const std::byte> bytes, bool code32) {
    while (!bytes.empty()) {
        cpu::Decoded decoded;
        if (cpu::decode(bytes, code32, decoded) != cpu::DecodeResult::ok) {
            return true;
        }
        for (unsigned i = 0; i < decoded.instruction.operand_count; ++i) {
            const ZydisDecodedOperand& operand = decoded.operand(i);
            if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
                (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0 &&
                whole_register(operand.reg.value) == Register::ecx) {
                return true;
            }
        }
        bytes = bytes.subspan(decoded.instruction.length);
    }
    return false;
}

}  // namespace ringside::oracle
