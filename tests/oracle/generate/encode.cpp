// SPDX-License-Identifier: MIT
#include "oracle/generate/encode.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ensure.hpp"
#include "oracle/generate/values.hpp"

namespace ringside::oracle {
namespace {

constexpr std::array<std::uint8_t, 6> segment_prefixes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};
constexpr std::size_t longest = 15;

bool is_string(const Form& form) {
    return !form.two_byte && ((form.opcode >= 0x6C && form.opcode <= 0x6F) ||
                              (form.opcode >= 0xA4 && form.opcode <= 0xA7) ||
                              (form.opcode >= 0xAA && form.opcode <= 0xAF));
}

/// MOV to and from an absolute address, XLAT, MASKMOVQ.
bool has_memory(const Form& form) {
    return form.memory || is_string(form) ||
           (!form.two_byte &&
            ((form.opcode >= 0xA0 && form.opcode <= 0xA3) || form.opcode == 0xD7)) ||
           (form.two_byte && form.opcode == 0xF7);
}

/// F2 and F3 are ignored here. Behind 0F they mostly make another instruction of later processors;
/// on branches, on NOP and on LOCK's instructions they are hints of those.
bool ignores_repeat(const Form& form) {
    const unsigned op = form.opcode;
    return !form.two_byte && !form.lockable && (op < 0x70 || op > 0x7F) && op != 0x90 &&
           (op < 0xC0 || op == 0xC8 || op == 0xC9 || (op >= 0xD0 && op <= 0xD5));
}

std::vector<std::byte> prefixes_of(const Form& form, Random& random) {
    std::vector<std::byte> prefixes;
    const auto add = [&prefixes](unsigned byte) {
        prefixes.push_back(static_cast<std::byte>(byte));
    };
    if (form.takes_66 && random.percent(22)) {
        add(0x66);
    }
    if (random.percent(has_memory(form) ? 14 : 3)) {
        add(0x67);
    }
    if (random.percent(has_memory(form) ? 22 : 2)) {
        add(random.one_of(segment_prefixes));
    }
    if (random.percent(form.lockable ? 8 : 1)) {
        add(0xF0);
    }
    if (is_string(form) ? random.percent(55) : ignores_repeat(form) && random.percent(1)) {
        add(random.percent(50) ? 0xF2 : 0xF3);
    }
    for (std::size_t i = prefixes.size(); i > 1; --i) {
        std::swap(prefixes[i - 1], prefixes[random.below(static_cast<std::uint32_t>(i))]);
    }
    if (form.prefix != 0) {
        add(form.prefix);
    }
    // Up to 15 bytes, and now and then beyond.
    if (random.percent(1)) {
        prefixes.insert(prefixes.begin(), random.below(14), std::byte{0x3E});
    }
    return prefixes;
}

unsigned modrm_of(const Form& form, Random& random) {
    const unsigned mod = form.memory ? random.below(3) : 3;
    const unsigned reg = form.reg >= 0 ? static_cast<unsigned>(form.reg) : random.below(8);
    const unsigned rm = form.rm >= 0 ? static_cast<unsigned>(form.rm) : random.below(8);
    return mod << 6 | reg << 3 | rm;
}

void put_number(std::vector<std::byte>& bytes, std::size_t at, unsigned bits, std::uint32_t value) {
    for (unsigned i = 0; i < bits / 8; ++i) {
        bytes.at(at + i) = static_cast<std::byte>(value >> (8 * i));
    }
}

}  // namespace

void decode_again(Encoded& encoded, bool code32) {
    const bool good = cpu::decode(encoded.bytes, code32, encoded.decoded) == cpu::DecodeResult::ok;
    ensure(good, "other numbers in the same instruction");
}

std::optional<Encoded> encode(const Form& form, bool code32, Random& random) {
    Encoded encoded{prefixes_of(form, random), {}};
    std::vector<std::byte>& bytes = encoded.bytes;
    if (form.two_byte) {
        bytes.push_back(std::byte{0x0F});
    }
    bytes.push_back(static_cast<std::byte>(form.opcode));
    if (form.has_modrm) {
        bytes.push_back(static_cast<std::byte>(modrm_of(form, random)));
    }
    // A SIB byte, a displacement and immediates, as far as there are any.
    for (std::size_t i = 0; i < longest; ++i) {
        bytes.push_back(static_cast<std::byte>(random.u8()));
    }
    if (cpu::decode(bytes, code32, encoded.decoded) != cpu::DecodeResult::ok ||
        encoded.decoded.mnemonic() != form.mnemonic) {
        return std::nullopt;
    }
    const ZydisDecodedInstruction& read = encoded.decoded.instruction;
    bytes.resize(read.length);
    if (read.raw.disp.size != 0 && random.percent(70)) {
        put_number(bytes, read.raw.disp.offset, read.raw.disp.size, interesting32(random));
    }
    for (const auto& immediate : read.raw.imm) {
        if (immediate.size != 0 && random.percent(70)) {
            put_number(bytes, immediate.offset, immediate.size, interesting32(random));
        }
    }
    decode_again(encoded, code32);
    return encoded;
}

}  // namespace ringside::oracle
