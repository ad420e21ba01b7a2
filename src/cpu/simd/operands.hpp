// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/operands.hpp"
#include "cpu/simd/access.hpp"

namespace ringside::cpu::simd {

// Operand shapes of the instructions on XMM and MMX registers. Op::dst and Op::src hold the numbers
// of such registers; of a general register, its offset as everywhere.

// Whole registers are handed on by reference: compilers that copy one take it to pieces, which
// costs more than many an operation does.

/// The first `sizeof(W)` bytes of a register's value.
template <typename W, typename Value>
[[nodiscard]] constexpr decltype(auto) low_part(const Value& value) {
    if constexpr (sizeof(W) == sizeof(Value)) {
        return (value);
    } else if constexpr (sizeof(Value) == sizeof(Xmm)) {
        return static_cast<W>(value.quads[0]);
    } else {
        return static_cast<W>(value);
    }
}

/// XMM0 to XMM7.
struct XmmFile {
    using Value = Xmm;
    static constexpr ZydisRegisterClass zydis_class = ZYDIS_REGCLASS_XMM;

    static void require(const Cpu& cpu) { require_sse(cpu); }
    static void enter(Cpu&) {}
    [[nodiscard]] static const Xmm& get(const Cpu& cpu, std::uint8_t number) {
        return cpu.simd.xmm[number];
    }
    static void set(Cpu& cpu, std::uint8_t number, const Xmm& value) {
        cpu.simd.xmm[number] = value;
    }
};

/// MM0 to MM7, the significands of R0 to R7. Writing one makes its sign and exponent all ones.
struct MmxFile {
    using Value = std::uint64_t;
    static constexpr ZydisRegisterClass zydis_class = ZYDIS_REGCLASS_MMX;

    static void require(const Cpu& cpu) { require_mmx(cpu); }
    static void enter(Cpu& cpu) { enter_mmx(cpu); }
    [[nodiscard]] static const std::uint64_t& get(const Cpu& cpu, std::uint8_t number) {
        return cpu.fpu.state.physical[number].significand;
    }
    static void set(Cpu& cpu, std::uint8_t number, std::uint64_t value) {
        cpu.fpu.state.physical[number] = {value, 0xFFFF};
    }
};

/// [base + index * scale + displacement] in a segment that must be asked, out of line: these
/// instructions are many and such addresses rare.
struct CheckedAddress {
    static LinearAddress address(Cpu& cpu, const Op* op, std::uint32_t size, mmu::Access access);
};

/// Linear address of the memory operand, its segment not asked.
[[nodiscard]] LinearAddress unchecked_address(const Cpu& cpu, const Op* op);

/// Before the segment is asked. An operand off its boundary is #GP(0) even when it also lies beyond
/// the limit of SS: the recorded vectors say so, no manual does.
inline void check_alignment_first(const Cpu& cpu, const Op* op) {
    check_xmm_alignment(unchecked_address(cpu, op));
}

/// Linear address of an operand of the size of W.
template <typename Ea, typename W, Alignment alignment>
[[nodiscard]] LinearAddress place_of(Cpu& cpu, const Op* op, mmu::Access access) {
    if constexpr (std::is_same_v<Ea, CheckedAddress> && sizeof(W) == sizeof(Xmm) &&
                  alignment == Alignment::required) {
        check_alignment_first(cpu, op);
    }
    return Ea::address(cpu, op, sizeof(W), access);
}

/// The register of a file that Op::src names.
template <typename File>
struct FromRegister {
    static constexpr bool is_memory = false;

    template <typename W, Alignment = Alignment::required>
    [[nodiscard]] static decltype(auto) read(const Cpu& cpu, const Op* op) {
        return low_part<W>(File::get(cpu, op->src));
    }
};

/// The memory operand: W is Xmm or an unsigned integer; alignment is a matter of Xmm only.
template <typename Ea>
struct FromMemory {
    static constexpr bool is_memory = true;

    template <typename W, Alignment alignment = Alignment::required>
    [[nodiscard, gnu::always_inline]] static W read(Cpu& cpu, const Op* op) {
        const LinearAddress a = place_of<Ea, W, alignment>(cpu, op, mmu::Access::read);
        if constexpr (sizeof(W) == sizeof(Xmm)) {
            return read_xmm<alignment>(cpu, a);
        } else {
            return cpu.read<W>(a);
        }
    }
    template <typename W, Alignment alignment = Alignment::required>
    static void write(Cpu& cpu, const Op* op, W value) {
        const LinearAddress a = place_of<Ea, W, alignment>(cpu, op, mmu::Access::write);
        if constexpr (sizeof(W) == sizeof(Xmm)) {
            write_xmm<alignment>(cpu, a, value);
        } else {
            cpu.write<W>(a, value);
        }
    }
};

/// Whether operand `index` is a register of this file.
template <typename File>
[[nodiscard]] bool is_of(const Decoded& d, unsigned index) {
    return d.is_register(index) &&
           ZydisRegisterGetClass(d.operand(index).reg.value) == File::zydis_class;
}

// Choosers, like those of cpu/operands.hpp. Without an index the constant zero is added, so flat
// addresses need one shape only.

template <typename Pick>
Selection with_vector_memory(const Decoded& d, std::uint32_t mode, const Pick& pick) {
    return address_shape(d, mode) == AddressShape::segmented
               ? pick.template operator()<FromMemory<CheckedAddress>>()
               : pick.template operator()<FromMemory<FlatIndexed>>();
}

/// Operand 1: memory, or a register of `File`.
template <typename File, typename Pick>
Selection with_vector_source(const Decoded& d, std::uint32_t mode, const Pick& pick) {
    if (d.is_memory(1)) {
        return with_vector_memory(d, mode, pick);
    }
    return is_of<File>(d, 1) ? pick.template operator()<FromRegister<File>>() : Selection{};
}

/// The file of operand `index`, for mnemonics that MMX and SSE2 share.
template <typename Pick>
Selection with_file(const Decoded& d, unsigned index, const Pick& pick) {
    if (is_of<XmmFile>(d, index)) {
        return pick.template operator()<XmmFile>();
    }
    return is_of<MmxFile>(d, index) ? pick.template operator()<MmxFile>() : Selection{};
}

}  // namespace ringside::cpu::simd
