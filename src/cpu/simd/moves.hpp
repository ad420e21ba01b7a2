// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/simd/packed.hpp"

namespace ringside::cpu::simd {

// What a move makes of its destination, as an operation of simd/packed.hpp; and which part of a
// register a store takes.

/// The source, and zeros above it.
struct ZeroExtended {
    static Xmm apply(const Xmm&, const Xmm& source) { return source; }
    static Xmm apply(const Xmm&, std::uint64_t source) { return {{source, 0}}; }
    static std::uint64_t apply(std::uint64_t, std::uint64_t source) { return source; }
};

/// What lies above a scalar stays.
struct LowReplaced {
    static Xmm apply(const Xmm& kept, std::uint64_t source) { return {{source, kept.quads[1]}}; }
    static Xmm apply(const Xmm& kept, std::uint32_t source) {
        return {{(kept.quads[0] & ~std::uint64_t{UINT32_MAX}) | source, kept.quads[1]}};
    }
};

struct HighReplaced {
    static Xmm apply(const Xmm& kept, std::uint64_t source) { return {{kept.quads[0], source}}; }
};

struct LowPart {
    template <typename W, typename Value>
    static decltype(auto) of(const Value& value) {
        return low_part<W>(value);
    }
};

struct HighPart {
    template <typename W>
    static W of(const Xmm& value) {
        return value.quads[1];
    }
};

/// The general register in Op::src.
struct FromGeneral {
    template <typename W, Alignment>
    [[nodiscard]] static W read(const Cpu& cpu, const Op* op) {
        return cpu.registers.get<W>(op->src);
    }
};

template <typename File, typename Memory, typename W, typename Part, Alignment alignment>
void store_vector(Cpu& cpu, const Op* op) {
    File::require(cpu);
    Memory::template write<W, alignment>(cpu, op, Part::template of<W>(File::get(cpu, op->src)));
    File::enter(cpu);
}

/// memory := part of a register
template <typename File, typename W, typename Part = LowPart,
          Alignment alignment = Alignment::required>
Selection select_store(const Decoded& d, std::uint32_t mode) {
    if (!d.is_memory(0)) {
        return {};
    }
    return with_vector_memory(d, mode, []<typename Memory>() {
        return handled<&store_vector<File, Memory, W, Part, alignment>, true>();
    });
}

/// Operand 1 to operand 0, of which one may be memory. `Loaded` makes the register of what memory
/// holds, `Copied` of another register.
template <typename File, typename W, typename Loaded, typename Copied = Loaded,
          Alignment alignment = Alignment::required>
Selection select_move(const Decoded& d, std::uint32_t mode) {
    if (d.is_memory(0)) {
        return select_store<File, W, LowPart, alignment>(d, mode);
    }
    if (d.is_memory(1)) {
        return select_binary_of<Loaded, File, W, alignment>(d, mode);
    }
    return select_binary_of<Copied, File, W>(d, mode);
}

}  // namespace ringside::cpu::simd
