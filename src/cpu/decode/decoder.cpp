// SPDX-License-Identifier: MIT
#include "cpu/decode/decoder.hpp"

#include "base/ensure.hpp"

namespace ringside::cpu {
namespace {

ZydisDecoder make_decoder(bool code32) {
    ZydisDecoder decoder;
    const bool made = ZYAN_SUCCESS(ZydisDecoderInit(
        &decoder, code32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
        code32 ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16));
    ensure(made, "Zydis decoder");
    // Encodings that got a meaning after the P6: there they are NOPs, or a prefix is ignored.
    for (const ZydisDecoderMode later :
         {ZYDIS_DECODER_MODE_MPX, ZYDIS_DECODER_MODE_CET, ZYDIS_DECODER_MODE_LZCNT,
          ZYDIS_DECODER_MODE_TZCNT, ZYDIS_DECODER_MODE_WBNOINVD, ZYDIS_DECODER_MODE_CLDEMOTE,
          ZYDIS_DECODER_MODE_KNC, ZYDIS_DECODER_MODE_CLDEMOTE}) {
        ensure(ZYAN_SUCCESS(ZydisDecoderEnableMode(&decoder, later, ZYAN_FALSE)), "Zydis mode");
    }
    return decoder;
}

const ZydisDecoder& decoder_for(bool code32) {
    static const ZydisDecoder decoder32 = make_decoder(true);
    static const ZydisDecoder decoder16 = make_decoder(false);
    return code32 ? decoder32 : decoder16;
}

}  // namespace

DecodeResult decode(std::span<const std::byte> bytes, bool code32, Decoded& decoded) {
    const ZyanStatus status =
        ZydisDecoderDecodeFull(&decoder_for(code32), bytes.data(), bytes.size(),
                               &decoded.instruction, decoded.operands.data());
    if (ZYAN_SUCCESS(status)) {
        return DecodeResult::ok;
    }
    if (status == ZYDIS_STATUS_NO_MORE_DATA) {
        return DecodeResult::needs_more;
    }
    return status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG ? DecodeResult::too_long
                                                       : DecodeResult::undefined;
}

bool is_coprocessor_escape(std::span<const std::byte> bytes) {
    for (const std::byte value : bytes) {
        switch (std::to_integer<unsigned>(value)) {
            case 0x26:
            case 0x2E:
            case 0x36:
            case 0x3E:
            case 0x64:
            case 0x65:
            case 0x66:
            case 0x67:
            case 0xF2:
            case 0xF3: continue;
            default: return (std::to_integer<unsigned>(value) & 0xF8U) == 0xD8U;
        }
    }
    return false;
}

std::string disassemble(std::span<const std::byte> bytes, bool code32, std::uint32_t eip) {
    Decoded decoded;
    if (decode(bytes, code32, decoded) != DecodeResult::ok) {
        return "(bad)";
    }
    ZydisFormatter formatter;
    ensure(ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL)),
           "Zydis formatter");
    std::array<char, 256> text{};
    ensure(ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
               &formatter, &decoded.instruction, decoded.operands.data(),
               decoded.instruction.operand_count_visible, text.data(), text.size(), eip, nullptr)),
           "Zydis formatter");
    return text.data();
}

}  // namespace ringside::cpu
