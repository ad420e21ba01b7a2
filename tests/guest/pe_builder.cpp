// SPDX-License-Identifier: MIT
#include "guest/pe_builder.hpp"

#include <algorithm>

#include "base/bits.hpp"

namespace ringside::guest::test {

PeBuilder::PeBuilder() : bytes_(0x400) {
    put16(0, 0x5A4D).put32(0x3C, pe_offset).put32(pe_offset, 0x00004550);
    put16(file_header, 0x14C).put16(file_header + 2, 1).put16(file_header + 16, 224);
    put16(file_header + 18, 0x0102);
    put16(optional_header, 0x10B).put32(optional_header + 0x10, section_rva);
    put32(optional_header + 0x1C, 0x00400000).put32(optional_header + 0x20, 0x1000);
    put32(optional_header + 0x24, 0x200).put32(optional_header + 0x38, 0x2000);
    put32(optional_header + 0x3C, 0x200).put16(optional_header + 0x44, 3);
    put32(optional_header + 0x48, 0x100000).put32(optional_header + 0x4C, 0x1000);
    put32(optional_header + 0x5C, 16);
    put32(section_table, 0x7865742E).put32(section_table + 4, 0x74);
    put32(section_table + 8, 0x1000).put32(section_table + 12, section_rva);
    put32(section_table + 16, 0x200).put32(section_table + 20, section_offset);
    put32(section_table + 36, 0xE0000020);
    put8(section_offset, 0xC3);
}

PeBuilder& PeBuilder::put8(std::uint32_t offset, std::uint8_t value) {
    bytes_.at(offset) = std::byte{value};
    return *this;
}

PeBuilder& PeBuilder::put16(std::uint32_t offset, std::uint16_t value) {
    return put8(offset, static_cast<std::uint8_t>(value))
        .put8(offset + 1, static_cast<std::uint8_t>(value >> 8U));
}

PeBuilder& PeBuilder::put32(std::uint32_t offset, std::uint32_t value) {
    return put16(offset, static_cast<std::uint16_t>(value))
        .put16(offset + 2, static_cast<std::uint16_t>(value >> 16U));
}

PeBuilder& PeBuilder::resize(std::size_t size) {
    bytes_.resize(size);
    return *this;
}

PeBuilder& PeBuilder::directory(std::uint32_t index, std::uint32_t rva, std::uint32_t size) {
    return put32(directories + index * 8, rva).put32(directories + index * 8 + 4, size);
}

PeBuilder& PeBuilder::data32(std::uint32_t rva, std::uint32_t value) {
    return put32(rva - section_rva + section_offset, value);
}

PeBuilder& PeBuilder::text(std::uint32_t rva, const std::string& text) {
    for (const char c : text) {
        put8(rva++ - section_rva + section_offset, static_cast<std::uint8_t>(c));
    }
    return put8(rva - section_rva + section_offset, 0);
}

PeBuilder& PeBuilder::import(const std::string& module, const std::string& function,
                             std::uint32_t ordinal) {
    directory(1, 0x1010, 40);
    data32(0x1010, 0x1040).data32(0x101C, 0x1060).data32(0x1020, 0x1048);
    const std::uint32_t thunk = function.empty() ? 0x80000000 | ordinal : 0x1080;
    data32(0x1040, thunk).data32(0x1048, thunk);
    return text(0x1060, module).text(0x1082, function);
}

PeBuilder& PeBuilder::export_one(const std::string& function, const std::string& forwarder) {
    directory(0, 0x1100, 0x80);
    data32(0x1110, 5).data32(0x1114, 1).data32(0x1118, 1);
    data32(0x111C, 0x1128).data32(0x1120, 0x112C).data32(0x1124, 0x1130);
    data32(0x1128, forwarder.empty() ? 0x1000 : 0x1160).data32(0x112C, 0x1138);
    return text(0x1138, function).text(0x1160, forwarder);
}

}  // namespace ringside::guest::test
