// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/block_mode.hpp"
#include "cpu/segments/descriptor.hpp"
#include "cpu/segments/selector.hpp"

namespace ringside::cpu {

/// Segment registers in the order of their encoding.
enum class SegmentRegister : std::uint8_t { es, cs, ss, ds, fs, gs };
inline constexpr unsigned segment_registers = 6;

/// A segment register: the visible selector and the hidden part that was loaded with it.
struct Segment {
    Selector selector;
    bool readable = false;
    bool writable = false;
    std::uint32_t base = 0;
    /// Offsets from `lowest` to `highest` may be accessed; an expand-down segment turns the two
    /// around its limit. An unusable segment has lowest > highest.
    std::uint32_t lowest = 1;
    std::uint32_t highest = 0;
    Descriptor descriptor;  ///< as loaded; all zeros when unusable
    /// What the segment allows of block_mode: as CS, as DS or ES, and as SS. Every change of ring
    /// asks, so they are worked out when it is loaded.
    std::uint8_t as_code = 0;
    std::uint8_t as_data = 0;
    std::uint8_t as_stack = 0;

    [[nodiscard]] bool usable() const { return readable || writable || descriptor.is_code(); }
    [[nodiscard]] bool is_32bit() const { return descriptor.is_32bit(); }

    /// Base 0 and every offset allowed, for reading and writing.
    [[nodiscard]] bool flat_data() const { return as_data != 0; }
    [[nodiscard]] bool flat_code() const { return (as_code & block_mode::flat_code) != 0; }

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
        if (with_descriptor.is_flat()) [[likely]] {
            load_flat(with_selector, with_descriptor);
        } else {
            load_bounded(with_selector, with_descriptor);
        }
    }
    /// The same of a descriptor that is_flat().
    void load_flat(Selector with_selector, Descriptor with_descriptor) {
        const bool code = with_descriptor.is_code();
        selector = with_selector;
        readable = true;
        writable = !code;
        base = 0;
        lowest = 0;
        highest = 0xFFFFFFFFU;
        descriptor = with_descriptor;
        as_code = block_mode::code32 | block_mode::flat_code;
        as_data = code ? 0 : block_mode::flat_data;
        as_stack = as_data;
    }
    /// As real and virtual 8086 mode load it: the base is 16 times the selector. Limit and rights
    /// stay, so that those of an earlier protected mode go on to hold (SDM vol. 3, "Switching Back
    /// to Real-Address Mode").
    void load_paragraph(Selector with_selector);
    /// CS by a far transfer in the same modes: it may be written, too.
    void load_code_paragraph(Selector with_selector, std::uint32_t rights) {
        descriptor = descriptor.with_rights(rights);
        readable = true;
        writable = true;
        load_paragraph(with_selector);
    }
    /// A null selector in DS, ES, FS or GS: any access is #GP(0).
    static Segment null(Selector selector) {
        Segment s;
        s.selector = selector;
        return s;
    }

  private:
    void load_bounded(Selector with_selector, Descriptor with_descriptor);
    inline void work_out_modes();
};

}  // namespace ringside::cpu
