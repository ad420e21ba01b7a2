// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {

// What the string instructions share, INS and OUTS included. A is std::uint16_t or std::uint32_t by
// the address size: indices and counter wrap at it and keep what lies above.

template <typename A>
[[nodiscard]] A string_register(const Cpu& cpu, GeneralRegister r) {
    return cpu.registers.get<A>(RegisterFile::offset_of(r));
}

/// Adds to an index register, or to the counter, within the address size.
template <typename A>
void advance(Cpu& cpu, GeneralRegister r, std::uint32_t delta) {
    cpu.registers.set<A>(RegisterFile::offset_of(r),
                         static_cast<A>(string_register<A>(cpu, r) + delta));
}

/// What one element of `size` bytes adds to an index, by DF.
[[nodiscard]] inline std::uint32_t string_step(const Cpu& cpu, std::uint32_t size) {
    return (cpu.system_flags & flag::df) != 0 ? 0U - size : size;
}

/// A repeated instruction stops between two elements with EIP at it. RF tells that it was begun: it
/// meets no breakpoint again, and whoever interrupts it here saves the flag. Silicon leaves the
/// flag clear for a single step.
void stay_begun(Cpu& cpu);

/// At the level `memory`, behind `done` finished elements: what they added stays, whatever happens
/// to the next. True when an event is due between the two.
[[nodiscard]] bool settle_elements(Cpu& cpu, const Op* op, std::uint32_t done);

/// DS:(E)SI with the override of DS, or ES:(E)DI, which has none.
struct StringPlace {
    SegmentRegister segment;
    GeneralRegister index;
    mmu::Access access;

    static StringPlace source(const Op* op) {
        return {static_cast<SegmentRegister>(op->segment), GeneralRegister::esi, mmu::Access::read};
    }
    static StringPlace destination(mmu::Access access) {
        return {SegmentRegister::es, GeneralRegister::edi, access};
    }

    /// The element's linear address, checked against the segment. Throws #GP(0) or #SS(0).
    template <typename A>
    [[nodiscard]] LinearAddress address(const Cpu& cpu, std::uint32_t size) const {
        return linear(cpu, segment, string_register<A>(cpu, index), size, access);
    }
};

/// Elements that lie, from an index on, inside both the segment and one page to which a
/// translation is at hand; `host` is where the first one is.
struct StringRun {
    std::byte* host = nullptr;
    std::uint32_t elements = 0;

    template <typename A>
    [[nodiscard]] static StringRun at(const Cpu& cpu, const StringPlace& place,
                                      std::uint32_t size) {
        const Segment& s = cpu.segment(place.segment);
        const bool write = place.access == mmu::Access::write;
        const std::uint32_t offset = string_register<A>(cpu, place.index);
        const LinearAddress a{s.base + offset};
        const mmu::TlbEntry& entry = cpu.tlb->slot(a);
        const std::uint32_t in_page = page_offset(a);
        const bool allowed =
            s.flat_data() || ((write ? s.writable : s.readable) && s.holds(offset, size));
        if (!allowed || (write ? entry.write_tag : entry.read_tag) != page_of(a).value ||
            in_page + size > page_size) {
            return {};
        }
        // With DF the first element still goes up from its index; only the others lie below.
        const bool down = (cpu.system_flags & flag::df) != 0;
        constexpr std::uint32_t top = static_cast<A>(~A{0});
        if (down) {
            return {entry.host(a), std::min(offset - s.lowest, in_page) / size + 1};
        }
        const std::uint32_t room = std::min(std::min(s.highest, top) - offset, page_mask - in_page);
        return {entry.host(a), std::max((room + 1) / size, 1U)};
    }
};

}  // namespace ringside::cpu
