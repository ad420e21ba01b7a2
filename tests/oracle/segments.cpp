// SPDX-License-Identifier: MIT
#include "oracle/segments.hpp"

#include <cstring>

#include "base/bits.hpp"

namespace ringside::oracle {
namespace {

constexpr std::uint32_t cr0 = 0x80050033;  // PG AM WP NE ET MP PE
constexpr std::uint32_t cr4 = 0x600;       // OSFXSR OSXMMEXCPT
constexpr std::byte hlt{0xF4};

/// The flat segments as an x86-64 Linux has them, ring 0's 32-bit code and data among them.
constexpr std::array<std::uint64_t, 16> gdt{0,
                                            0x00CF9B000000FFFF,
                                            0x00AF9B000000FFFF,
                                            0x00CF93000000FFFF,
                                            0x00CFFB000000FFFF,
                                            0x00CFF3000000FFFF,
                                            0x00AFFB000000FFFF};

template <typename Descriptors>
std::vector<std::byte> bytes_of(const Descriptors& descriptors) {
    std::vector<std::byte> bytes(8 * descriptors.size());
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        store(bytes.data() + 8 * i, descriptors[i]);
    }
    return bytes;
}

/// Not two equal words in a row, and yet a vector file packs well.
std::vector<std::byte> pattern(std::uint32_t from, std::uint32_t to) {
    std::vector<std::byte> bytes(to - from);
    std::uint32_t value = 0x9E3779B9;
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
        value = i % 0x200 == 0 ? 0x9E3779B9 + from : value * 0x01000193 + 0x3C6EF372;
        store(bytes.data() + i, value ^ (value >> 15));
    }
    return bytes;
}

}  // namespace

std::uint64_t descriptor_of(const SegmentRow& row) {
    if (row.kind == SegmentRow::Kind::none) {
        return 0;
    }
    const auto bit = [](bool value, unsigned at) { return std::uint64_t{value ? 1U : 0U} << at; };
    return bit(true, 40) | bit(row.writable_or_readable, 41) |
           bit(row.expand_down_or_conforming, 42) | bit(row.kind == code_segment, 43) |
           bit(true, 44) | std::uint64_t{3} << 45 | bit(row.present, 47) | bit(row.is_32bit, 54) |
           bit(row.in_pages, 55) | (row.limit & 0xFFFF) |
           std::uint64_t{row.limit >> 16 & 0xF} << 48 | std::uint64_t{row.base & 0xFFFFFF} << 16 |
           std::uint64_t{row.base >> 24} << 56;
}

const SegmentRow* row_of(std::uint16_t selector) {
    constexpr std::uint16_t in_ldt = 4;
    const std::size_t index = selector >> 3;
    if ((selector & in_ldt) != 0) {
        const bool exists = index < ldt_rows.size() && ldt_rows[index].kind != no_segment;
        return exists ? &ldt_rows[index] : nullptr;
    }
    switch (selector | 3) {
        case gdt_code: return &ldt_rows[flat_code >> 3];
        case gdt_data: return &ldt_rows[flat_data >> 3];
        default: return nullptr;
    }
}

std::uint32_t base_of(std::uint16_t selector) {
    const SegmentRow* const row = row_of(selector);
    return row != nullptr ? row->base : 0;
}

bool is_32bit(std::uint16_t selector) {
    const SegmentRow* const row = row_of(selector);
    return row != nullptr && row->is_32bit;
}

vectors::Environment environment() {
    vectors::Environment machine;
    machine.cr0 = cr0;
    machine.cr4 = cr4;
    machine.cpl = 3;
    machine.pages = {
        {layout::code, layout::code_end, true, false, true},
        {layout::data_read_only, layout::data_last, true, false, true},
    };
    machine.base = {{layout::code, std::vector<std::byte>(layout::code_end - layout::code, hlt)},
                    {layout::data_read_only, pattern(layout::data_read_only, layout::data_last)}};
    for (const layout::Stretch& stretch : layout::writable) {
        machine.pages.push_back({stretch.from, stretch.to, true, true, true});
        machine.base.push_back({stretch.from, pattern(stretch.from, stretch.to)});
    }
    std::array<std::uint64_t, ldt_rows.size()> ldt{};
    for (std::size_t i = 0; i < ldt.size(); ++i) {
        ldt[i] = descriptor_of(ldt_rows[i]);
    }
    machine.gdt = bytes_of(gdt);
    machine.ldt = bytes_of(ldt);
    return machine;
}

}  // namespace ringside::oracle
