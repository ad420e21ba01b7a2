// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "cpu/simd/arithmetic.hpp"
#include "cpu/simd/operands.hpp"

namespace ringside::cpu::simd {

// Bodies and selectors of the floating-point instructions. An operation is a type with
//   Source       the unsigned integer, or Xmm, that it reads of its second operand;
//   apply(...)   what it makes of the destination's old value and the source.
// Bodies are never inlined into their handlers: what they keep on the host's stack must be gone
// before the sibling call.

[[noreturn, gnu::noinline, gnu::cold]] void refuse_float_exception(const Cpu& cpu);

/// Notes what an operation raised. An unmasked exception is #XM, or #UD while CR4.OSXMMEXCPT is
/// clear: the flags are set then, and nothing else is.
inline void raise(Cpu& cpu, std::uint16_t flags) {
    Mxcsr mxcsr{cpu.simd.mxcsr};
    const bool goes_on = mxcsr.raise(flags);
    cpu.simd.mxcsr = mxcsr.value;
    if (!goes_on) [[unlikely]] {
        refuse_float_exception(cpu);
    }
}

/// A source in the lowest bytes of a register.
template <typename W>
[[nodiscard]] Xmm widened(const W& source) {
    if constexpr (std::is_same_v<W, Xmm>) {
        return source;
    } else {
        return {{source, 0}};
    }
}

// Destinations.

struct ToXmm {
    static Xmm old(const Cpu& cpu, const Op* op) { return XmmFile::get(cpu, op->dst); }
    static void set(Cpu& cpu, const Op* op, const Xmm& value) { XmmFile::set(cpu, op->dst, value); }
};

struct ToMmx {
    static Xmm old(const Cpu&, const Op*) { return {}; }
    static void set(Cpu& cpu, const Op* op, const Xmm& value) {
        MmxFile::set(cpu, op->dst, value.quads[0]);
    }
};

struct ToGeneral {
    static Xmm old(const Cpu&, const Op*) { return {}; }
    static void set(Cpu& cpu, const Op* op, const Xmm& value) {
        cpu.registers.set<std::uint32_t>(op->dst, static_cast<std::uint32_t>(value.quads[0]));
    }
};

/// destination := operation(destination, source). `Entry` is MmxFile where the x87 gives way, which
/// on silicon it does even when #XM follows.
template <typename Operation, typename Destination, typename Entry, typename Source>
[[gnu::noinline]] void compute(Cpu& cpu, const Op* op) {
    XmmFile::require(cpu);
    Entry::require(cpu);
    const Xmm source = widened(Source::template read<typename Operation::Source>(cpu, op));
    const Result r = Operation::apply(cpu.simd, op, Destination::old(cpu, op), source);
    Entry::enter(cpu);
    raise(cpu, r.flags);
    Destination::set(cpu, op, r.value);
}

/// xmm := operation(xmm, xmm/m)
template <typename Operation>
Selection select_float(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<XmmFile>(d, mode, [&]<typename Source>() {
        return handled<&compute<Operation, ToXmm, XmmFile, Source>, true>();
    });
}

/// The bytes that an operation of this shape reads.
template <Shape shape>
using SourceOf = std::conditional_t<shape == Shape::ss, std::uint32_t,
                                    std::conditional_t<shape == Shape::sd, std::uint64_t, Xmm>>;

template <Shape shape>
using FormatOf = std::conditional_t<shape == Shape::ps || shape == Shape::ss, Single, Double>;

template <Shape shape>
inline constexpr Extent extent_of =
    shape == Shape::ps || shape == Shape::pd ? Extent::packed : Extent::scalar;

}  // namespace ringside::cpu::simd
