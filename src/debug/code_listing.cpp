// SPDX-License-Identifier: MIT
#include "debug/code_listing.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "cpu/decode/decoder.hpp"

namespace ringside::debug {
namespace {

constexpr std::size_t longest_instruction = 15;

/// The address that an instruction names in full: a branch target, or memory without a base.
std::optional<LinearAddress> named_address(const cpu::Decoded& decoded, LinearAddress at) {
    for (unsigned i = 0; i < decoded.operand_count(); ++i) {
        const ZydisDecodedOperand& operand = decoded.operand(i);
        const bool target =
            operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand.imm.is_relative != 0;
        const bool flat =
            operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.base == ZYDIS_REGISTER_NONE &&
            operand.mem.segment != ZYDIS_REGISTER_FS && operand.mem.segment != ZYDIS_REGISTER_GS &&
            operand.mem.disp.has_displacement != 0;
        if (flat) {
            return LinearAddress{static_cast<std::uint32_t>(operand.mem.disp.value)};
        }
        if (target) {
            return LinearAddress{at.value + decoded.instruction.length +
                                 static_cast<std::uint32_t>(operand.imm.value.s)};
        }
    }
    return std::nullopt;
}

}  // namespace

CodeLine code_line(const Inspector& inspector, LinearAddress at, bool code32) {
    std::array<std::byte, longest_instruction> bytes{};
    std::size_t known = 0;
    while (known < bytes.size() && inspector.read(at + static_cast<std::uint32_t>(known),
                                                  std::span(bytes).subspan(known, 1))) {
        ++known;
    }
    if (known == 0) {
        return {1, "", "page not present", false};
    }
    CodeLine line;
    const std::span code(bytes.data(), known);
    cpu::Decoded decoded;
    switch (cpu::decode(code, code32, decoded)) {
        case cpu::DecodeResult::ok: {
            line.length = decoded.instruction.length;
            line.text = cpu::disassemble(code, code32, at.value);
            const auto named = named_address(decoded, at);
            if (named && inspector.symbols().place(*named)) {
                line.text += fmt::format("  ; {}", inspector.symbols().describe(*named));
            }
            break;
        }
        case cpu::DecodeResult::needs_more:
            line.text = "cut off by a page that is not present";
            break;
        case cpu::DecodeResult::undefined: line.text = "no instruction"; break;
        case cpu::DecodeResult::too_long: line.text = "longer than 15 bytes"; break;
    }
    for (std::uint32_t i = 0; i < line.length; ++i) {
        line.bytes += fmt::format("{:02X}", std::to_integer<unsigned>(bytes.at(i)));
    }
    return line;
}

CodeListing code_listing(const Inspector& inspector, LinearAddress at, bool code32,
                         std::uint32_t count) {
    CodeListing listing{{}, at};
    std::string last;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto place = inspector.symbols().place(listing.end);
        if (place && !place->symbol.empty()) {
            const std::string name = fmt::format("{}!{}", place->module, place->symbol);
            if (name != last) {
                listing.text += i == 0 ? place->text() + ":\n" : name + ":\n";
                last = name;
            }
        }
        const CodeLine line = code_line(inspector, listing.end, code32);
        listing.text +=
            fmt::format("{:08X}  {:<14}  {}\n", listing.end.value, line.bytes, line.text);
        listing.end += line.length;
        if (!line.readable) {
            break;
        }
    }
    return listing;
}

}  // namespace ringside::debug
