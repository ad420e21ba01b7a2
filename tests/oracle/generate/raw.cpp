// SPDX-License-Identifier: MIT
#include "oracle/generate/raw.hpp"

#include <algorithm>
#include <array>

#include "base/ensure.hpp"
#include "cpu/instruction.hpp"
#include "cpu/model.hpp"
#include "oracle/generate/encode.hpp"
#include "vectors/requirement.hpp"

namespace ringside::oracle {
namespace {

constexpr std::size_t window = 16;  ///< one more than an instruction may have

/// Everything that Zydis knows, of processors up to today's.
const ZydisDecoder& decoder_of_today(bool code32) {
    static const auto make = [](bool wide) {
        ZydisDecoder decoder;
        const bool made = ZYAN_SUCCESS(ZydisDecoderInit(
            &decoder, wide ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
            wide ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16));
        ensure(made, "Zydis decoder");
        return decoder;
    };
    static const ZydisDecoder decoder32 = make(true);
    static const ZydisDecoder decoder16 = make(false);
    return code32 ? decoder32 : decoder16;
}

/// What today's processors make of the bytes; invalid for #UD.
ZydisMnemonic meaning_today(const std::vector<std::byte>& bytes, bool code32) {
    ZydisDecodedInstruction instruction;
    return ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder_of_today(code32), nullptr,
                                                      bytes.data(), bytes.size(), &instruction))
               ? instruction.mnemonic
               : ZYDIS_MNEMONIC_INVALID;
}

std::vector<std::byte> random_bytes(Random& random) {
    std::vector<std::byte> bytes(window);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random.u8());
    }
    return bytes;
}

std::vector<std::byte> damaged(const std::vector<Form>& forms, bool code32, Random& random) {
    std::vector<std::byte> bytes = random_bytes(random);
    const auto encoded = encode(random.one_of(forms), code32, random);
    if (encoded && random.percent(70)) {
        std::copy(encoded->bytes.begin(), encoded->bytes.end(), bytes.begin());
        const auto size = static_cast<std::uint32_t>(encoded->bytes.size());
        for (std::uint32_t n = 1 + random.below(2); n != 0; --n) {
            bytes.at(random.below(size)) = static_cast<std::byte>(random.u8());
        }
    }
    return bytes;
}

/// Whether the opcode is BOUND, LES or LDS with a register: today's processors read VEX and EVEX
/// there, in more ways than a decoder knows.
bool is_vector_extension(const std::vector<std::byte>& bytes) {
    static constexpr std::array<std::uint8_t, 11> prefixes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65,
                                                           0x66, 0x67, 0xF0, 0xF2, 0xF3};
    const auto opcode = std::find_if(bytes.begin(), bytes.end(), [](std::byte b) {
        return std::find(prefixes.begin(), prefixes.end(), static_cast<std::uint8_t>(b)) ==
               prefixes.end();
    });
    if (bytes.end() - opcode < 2) {
        return false;
    }
    const bool extends =
        *opcode == std::byte{0x62} || *opcode == std::byte{0xC4} || *opcode == std::byte{0xC5};
    return extends && opcode[1] >= std::byte{0xC0};
}

/// On LOOPE and LOOPNE a repeat prefix is reserved (SDM vol. 2, 2.1.1). The processors here let it
/// choose between the two.
bool is_reserved(const cpu::Decoded& decoded) {
    const auto* const prefixes = decoded.instruction.raw.prefixes;
    const bool repeats = std::any_of(prefixes, prefixes + decoded.instruction.raw.prefix_count,
                                     [](const auto& p) { return (p.value & 0xFE) == 0xF2; });
    return repeats && (decoded.mnemonic() == ZYDIS_MNEMONIC_LOOPE ||
                       decoded.mnemonic() == ZYDIS_MNEMONIC_LOOPNE);
}

}  // namespace

std::optional<RawBytes> raw_bytes(const std::vector<Form>& forms, bool code32, Random& random) {
    RawBytes raw{damaged(forms, code32, random), std::nullopt};
    if (is_vector_extension(raw.bytes)) {
        return std::nullopt;
    }
    const ZydisMnemonic today = meaning_today(raw.bytes, code32);
    cpu::Decoded decoded;
    if (cpu::decode(raw.bytes, code32, decoded) != cpu::DecodeResult::ok) {
        return today == ZYDIS_MNEMONIC_INVALID ? std::optional(std::move(raw)) : std::nullopt;
    }
    if (today != decoded.mnemonic() || cpu::find_instruction(today) == nullptr ||
        !left_out(today).empty() || is_reserved(decoded) ||
        !vectors::missing_part(raw.bytes, code32, cpu::Model::modern).empty()) {
        return std::nullopt;
    }
    raw.bytes.resize(decoded.instruction.length);
    raw.decoded = decoded;
    return raw;
}

}  // namespace ringside::oracle
