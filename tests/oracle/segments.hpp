// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/layout.hpp"
#include "vectors/container.hpp"

namespace ringside::oracle {

/// A segment of the LDT. Its accessed bit is set and its DPL is 3.
struct SegmentRow {
    enum class Kind : std::uint8_t { none, data, code };
    Kind kind = Kind::none;
    bool is_32bit = true;
    bool writable_or_readable = true;
    bool expand_down_or_conforming = false;
    bool present = true;
    bool in_pages = false;
    std::uint32_t base = 0;
    std::uint32_t limit = 0;
};

inline constexpr SegmentRow::Kind no_segment = SegmentRow::Kind::none;
inline constexpr SegmentRow::Kind data_segment = SegmentRow::Kind::data;
inline constexpr SegmentRow::Kind code_segment = SegmentRow::Kind::code;

inline constexpr std::array<SegmentRow, 18> ldt_rows{{
    {data_segment, true, true, false, true, true, 0, 0xFFFFF},                    // 07 flat
    {code_segment, true, true, false, true, true, 0, 0xFFFFF},                    // 0F flat
    {code_segment, false, true, false, true, false, layout::code_base, 0xFFFF},   // 17 16-bit
    {data_segment, false, true, false, true, false, layout::data_base, 0xFFFF},   // 1F 16-bit
    {data_segment, true, true, false, true, false, layout::data_base, 0x17FF},    // 27 small
    {data_segment, true, true, true, true, false, layout::data_base, 0xFFF},      // 2F down, B=1
    {data_segment, false, true, true, true, false, layout::data_base, 0xFFF},     // 37 down, B=0
    {data_segment, true, false, false, true, false, layout::data_base, 0x2FFF},   // 3F read-only
    {code_segment, true, false, false, true, true, 0, 0xFFFFF},                   // 47 execute-only
    {data_segment, true, true, false, false, false, layout::data_base, 0x2FFF},   // 4F not present
    {code_segment, true, true, false, true, false, layout::code_base, 0xFFFF},    // 57 with a base
    {data_segment, true, true, false, true, false, layout::data_base, 0xFFFF},    // 5F with a base
    {data_segment, true, true, false, true, true, layout::data_base, 1},          // 67 two pages
    {code_segment, true, true, false, false, true, 0, 0xFFFFF},                   // 6F not present
    {code_segment, true, true, true, false, true, 0, 0xFFFFF},                    // 77 conforming
    {code_segment, false, false, false, true, false, layout::code_base, 0xFFFF},  // 7F 16, XO
    {},                                                                           // 87 none
    {data_segment, true, true, false, true, true, 0, 0xFFFFF},                    // 8F flat again
}};

/// The row as a descriptor; 0 for none.
[[nodiscard]] std::uint64_t descriptor_of(const SegmentRow& row);

inline constexpr std::uint16_t flat_data = 0x07;
inline constexpr std::uint16_t flat_code = 0x0F;

/// Selectors of the kernel's own GDT, which ring 3 may use: flat code and flat data.
inline constexpr std::uint16_t gdt_code = 0x23;
inline constexpr std::uint16_t gdt_data = 0x2B;

/// What a selector of either table names; null when it is no segment of ring 3.
[[nodiscard]] const SegmentRow* row_of(std::uint16_t selector);
/// Base of the segment; 0 for what is none.
[[nodiscard]] std::uint32_t base_of(std::uint16_t selector);
/// Whether it is a code segment of 32-bit code, or a stack of 32 bits.
[[nodiscard]] bool is_32bit(std::uint16_t selector);

/// Machine of the generator's vectors: pages, GDT, LDT, and memory before each of them.
[[nodiscard]] vectors::Environment environment();

}  // namespace ringside::oracle
