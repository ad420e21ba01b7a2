// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/segments/descriptor.hpp"
#include "cpu/segments/selector.hpp"

namespace ringside::cpu {

/// Segment registers in the order of their encoding.
enum class SegmentRegister : std::uint8_t { es, cs, ss, ds, fs, gs };
inline constexpr unsigned segment_registers = 6;

/// A segment register: the visible selector and the hidden part that was loaded with it.
struct Segment {
    Selector selector;
    std::uint32_t base = 0;
    /// Offsets from `lowest` to `highest` may be accessed; an expand-down segment turns the two
    /// around its limit. An unusable segment has lowest > highest.
    std::uint32_t lowest = 1;
    std::uint32_t highest = 0;
    Descriptor descriptor;  ///< as loaded; all zeros when unusable
    bool readable = false;
    bool writable = false;

    [[nodiscard]] bool usable() const { return readable || writable || descriptor.is_code(); }
    [[nodiscard]] bool is_32bit() const { return descriptor.is_32bit(); }

    /// Base 0 and every offset allowed, for reading and writing.
    [[nodiscard]] bool flat_data() const {
        return base == 0 && lowest == 0 && highest == 0xFFFFFFFFU && readable && writable;
    }
    [[nodiscard]] bool flat_code() const {
        return base == 0 && lowest == 0 && highest == 0xFFFFFFFFU;
    }

    /// Whether `size` bytes from `offset` lie inside.
    [[nodiscard]] bool holds(std::uint32_t offset, std::uint32_t size) const {
        const std::uint32_t last = offset + (size - 1);
        return offset >= lowest && last <= highest && last >= offset;
    }

    /// The hidden part as it follows from a descriptor.
    static Segment from(Selector selector, Descriptor descriptor) {
        Segment s;
        s.load(selector, descriptor);
        return s;
    }
    /// The same in place.
    void load(Selector with_selector, Descriptor with_descriptor) {
        selector = with_selector;
        base = with_descriptor.base();
        lowest = 0;
        highest = with_descriptor.limit();
        descriptor = with_descriptor;
        readable = with_descriptor.readable();
        writable = with_descriptor.writable();
        if (with_descriptor.expand_down()) [[unlikely]] {
            // Valid offsets are limit+1 up to the top that the B bit gives.
            const std::uint32_t top = is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
            const bool any = highest < top;
            lowest = any ? highest + 1 : 1;
            highest = any ? top : 0;
        }
    }
    /// As real and virtual 8086 mode load it: the base is 16 times the selector. Limit and rights
    /// stay, so that those of an earlier protected mode go on to hold (SDM vol. 3, "Switching Back
    /// to Real-Address Mode").
    void load_paragraph(Selector with_selector) {
        selector = with_selector;
        base = std::uint32_t{with_selector.value()} << 4;
        descriptor = descriptor.with_base(base);
    }
    /// CS by a far transfer in the same modes: it may be written, too.
    void load_code_paragraph(Selector with_selector, std::uint32_t rights) {
        load_paragraph(with_selector);
        descriptor = descriptor.with_rights(rights);
        readable = true;
        writable = true;
    }
    /// A null selector in DS, ES, FS or GS: any access is #GP(0).
    static Segment null(Selector selector) {
        Segment s;
        s.selector = selector;
        return s;
    }
};

}  // namespace ringside::cpu
