// SPDX-License-Identifier: MIT
#include "cpu/decode/decoder.hpp"

#include <algorithm>

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

bool is_prefix(std::byte value) {
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
        case 0xF3: return true;
        default: return false;
    }
}

ZyanStatus decode_with(const ZydisDecoder& decoder, std::span<const std::byte> bytes,
                       Decoded& decoded) {
    return ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &decoded.instruction,
                                  decoded.operands.data());
}

/// MOV r32,TRn (0F 24) and MOV TRn,r32 (0F 26), which Zydis does not know: read as MOV with CR0,
/// whose encoding differs in the opcode alone.
bool decode_test_register(const ZydisDecoder& decoder, std::span<const std::byte> bytes,
                          Decoded& decoded) {
    const auto opcode = static_cast<std::size_t>(
        std::find_if_not(bytes.begin(), bytes.end(), is_prefix) - bytes.begin());
    bytes = bytes.first(std::min<std::size_t>(bytes.size(), ZYDIS_MAX_INSTRUCTION_LENGTH));
    if (bytes.size() < opcode + 3 || bytes[opcode] != std::byte{0x0F}) {
        return false;
    }
    const bool loads = bytes[opcode + 1] == std::byte{0x26};
    if (!loads && bytes[opcode + 1] != std::byte{0x24}) {
        return false;
    }
    std::array<std::byte, ZYDIS_MAX_INSTRUCTION_LENGTH> twin{};
    std::copy(bytes.begin(), bytes.end(), twin.begin());
    const std::byte modrm = twin.at(opcode + 2);
    twin.at(opcode + 1) = loads ? std::byte{0x22} : std::byte{0x20};
    twin.at(opcode + 2) = modrm & std::byte{0xC7};
    if (!ZYAN_SUCCESS(decode_with(decoder, std::span(twin).first(bytes.size()), decoded))) {
        return false;
    }
    const auto number = std::to_integer<unsigned>((modrm >> 3) & std::byte{7});
    decoded.operands[loads ? 0 : 1].reg.value =
        static_cast<ZydisRegister>(ZYDIS_REGISTER_TR0 + number);
    return true;
}

}  // namespace

DecodeResult decode(std::span<const std::byte> bytes, bool code32, Decoded& decoded) {
    const ZydisDecoder& decoder = decoder_for(code32);
    const ZyanStatus status = decode_with(decoder, bytes, decoded);
    if (ZYAN_SUCCESS(status) || decode_test_register(decoder, bytes, decoded)) {
        return DecodeResult::ok;
    }
    if (status == ZYDIS_STATUS_NO_MORE_DATA) {
        return DecodeResult::needs_more;
    }
    return status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG ? DecodeResult::too_long
                                                       : DecodeResult::undefined;
}

bool is_coprocessor_escape(std::span<const std::byte> bytes) {
    const auto opcode = std::find_if_not(bytes.begin(), bytes.end(), is_prefix);
    return opcode != bytes.end() && (*opcode & std::byte{0xF8}) == std::byte{0xD8};
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
