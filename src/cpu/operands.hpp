// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <type_traits>

#include "cpu/cpu.hpp"
#include "cpu/decode/decoder.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/instruction.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {

// Operand shapes. An instruction's body is a template over a width and the shapes of its operands;
// the decoder picks the instantiation, so no shape is tested while it runs.

/// [base + displacement] in a flat segment.
struct FlatBase {
    static LinearAddress address(Cpu& cpu, const Op* op, std::uint32_t, mmu::Access) {
        return {cpu.registers.get<std::uint32_t>(op->base) + op->displacement};
    }
};

/// [base + index * scale + displacement] in a flat segment.
struct FlatIndexed {
    static LinearAddress address(Cpu& cpu, const Op* op, std::uint32_t, mmu::Access) {
        return {cpu.registers.get<std::uint32_t>(op->base) +
                (cpu.registers.get<std::uint32_t>(op->index) << op->scale) + op->displacement};
    }
};

/// Offset of a memory operand before segmentation, of either address size.
[[nodiscard]] inline std::uint32_t effective_offset(const Cpu& cpu, const Op* op) {
    const std::uint32_t offset = cpu.registers.get<std::uint32_t>(op->base) +
                                 (cpu.registers.get<std::uint32_t>(op->index) << op->scale) +
                                 op->displacement;
    return (op->modes & op_mode::address16) != 0 ? offset & 0xFFFFU : offset;
}

/// One part of a memory operand that has several, `delta` bytes behind its start: a pointer's
/// selector, the upper bound. Each part is an access of its own, and 16-bit offsets wrap in
/// between.
template <typename W>
[[nodiscard]] W read_part(Cpu& cpu, const Op* op, std::uint32_t delta) {
    std::uint32_t offset = effective_offset(cpu, op) + delta;
    if ((op->modes & op_mode::address16) != 0) {
        offset &= 0xFFFFU;
    }
    return cpu.read<W>(linear(cpu, static_cast<SegmentRegister>(op->segment), offset, sizeof(W),
                              mmu::Access::read));
}

/// Any other address: another segment, limits, 16-bit offsets.
struct Segmented {
    static LinearAddress address(Cpu& cpu, const Op* op, std::uint32_t size, mmu::Access access) {
        return linear(cpu, static_cast<SegmentRegister>(op->segment), effective_offset(cpu, op),
                      size, access);
    }
};

/// The register in Op::dst.
struct Dst {
    static constexpr bool is_memory = false;

    template <typename W>
    struct Place {
        Cpu& cpu;
        std::uint8_t offset;
        [[nodiscard]] W get() const { return cpu.registers.get<W>(offset); }
        void set(W value) const { cpu.registers.set<W>(offset, value); }
    };
    template <typename W>
    static Place<W> modify(Cpu& cpu, const Op* op) {
        return {cpu, op->dst};
    }
    template <typename W>
    static W read(Cpu& cpu, const Op* op) {
        return cpu.registers.get<W>(op->dst);
    }
    template <typename W>
    static void write(Cpu& cpu, const Op* op, W value) {
        cpu.registers.set<W>(op->dst, value);
    }
};

/// The register in Op::src.
struct Src {
    static constexpr bool is_memory = false;
    template <typename W>
    static Dst::Place<W> modify(Cpu& cpu, const Op* op) {
        return {cpu, op->src};
    }
    template <typename W>
    static W read(Cpu& cpu, const Op* op) {
        return cpu.registers.get<W>(op->src);
    }
    template <typename W>
    static void write(Cpu& cpu, const Op* op, W value) {
        cpu.registers.set<W>(op->src, value);
    }
};

/// The constant in Op::immediate.
struct Imm {
    static constexpr bool is_memory = false;
    template <typename W>
    static W read(Cpu&, const Op* op) {
        return static_cast<W>(op->immediate);
    }
};

/// The memory operand.
template <typename Ea>
struct Mem {
    static constexpr bool is_memory = true;
    template <typename W>
    static Cpu::Place<W> modify(Cpu& cpu, const Op* op) {
        return cpu.modify<W>(Ea::address(cpu, op, sizeof(W), mmu::Access::write));
    }
    template <typename W>
    static W read(Cpu& cpu, const Op* op) {
        return cpu.read<W>(Ea::address(cpu, op, sizeof(W), mmu::Access::read));
    }
    template <typename W>
    static void write(Cpu& cpu, const Op* op, W value) {
        cpu.write<W>(Ea::address(cpu, op, sizeof(W), mmu::Access::write), value);
    }
    static LinearAddress address(Cpu& cpu, const Op* op, std::uint32_t size, mmu::Access access) {
        return Ea::address(cpu, op, size, access);
    }
};

/// Shapes that programs in flat segments are made of.
template <typename Shape>
inline constexpr bool usual_shape = true;
template <>
inline constexpr bool usual_shape<Mem<Segmented>> = false;

/// Wraps a body for a shape that touches memory or not.
template <auto body, bool may_fault>
[[nodiscard]] constexpr Selection handled() {
    if constexpr (may_fault) {
        return {&guarded<body>};
    } else {
        return {&straight<body>};
    }
}

/// Where a body writes the flags it computes: to the guest's, or nowhere.
struct KeepFlags {
    static ArithmeticFlags& of(Cpu& cpu) { return cpu.flags; }
};
struct DropFlags {
    [[nodiscard]] static bool cf() { return false; }
    template <typename W>
    static void set(W, W) {}
    template <typename W>
    static void set_with(W, bool, bool, bool = false) {}
    static void set_cf_of(bool, bool) {}

    static DropFlags of(Cpu&) { return {}; }
};

/// For a form that writes flags: `body` keeps them, `quiet` is the same body that drops them. What
/// touches memory may fault, and then somebody looks.
template <auto body, auto quiet, bool may_fault, FlagEffect effect>
[[nodiscard]] constexpr Selection with_flags() {
    Selection s = handled<body, may_fault>();
    s.flags = may_fault ? FlagEffect::looks : effect;
    s.quiet = handled<quiet, may_fault>().handler;
    return s;
}

/// For a form that has nothing to do with flags.
template <auto body, bool may_fault>
[[nodiscard]] constexpr Selection without_flags() {
    Selection s = handled<body, may_fault>();
    s.flags = may_fault ? FlagEffect::looks : FlagEffect::passes;
    return s;
}

// Choosers: each calls `pick.template operator()<...>()` with the types that a decoded form has.

template <typename Pick>
Selection with_width(unsigned width, const Pick& pick) {
    switch (width) {
        case 8: return pick.template operator()<std::uint8_t>();
        case 16: return pick.template operator()<std::uint16_t>();
        case 32: return pick.template operator()<std::uint32_t>();
        default: return {};
    }
}

/// 16 or 32 bits, for instructions without a byte form.
template <typename Pick>
Selection with_word_width(unsigned width, const Pick& pick) {
    switch (width) {
        case 16: return pick.template operator()<std::uint16_t>();
        case 32: return pick.template operator()<std::uint32_t>();
        default: return {};
    }
}

/// Which address computation the memory operand needs in this mode.
enum class AddressShape : std::uint8_t { flat_base, flat_indexed, segmented };
[[nodiscard]] AddressShape address_shape(const Decoded& decoded, std::uint32_t mode);

template <typename Pick>
Selection with_memory(const Decoded& decoded, std::uint32_t mode, const Pick& pick) {
    switch (address_shape(decoded, mode)) {
        case AddressShape::flat_base: return pick.template operator()<Mem<FlatBase>>();
        case AddressShape::flat_indexed: return pick.template operator()<Mem<FlatIndexed>>();
        case AddressShape::segmented: return pick.template operator()<Mem<Segmented>>();
    }
    return {};
}

/// Operand 0, register or memory.
template <typename Pick>
Selection with_destination(const Decoded& decoded, std::uint32_t mode, const Pick& pick) {
    if (decoded.is_memory(0)) {
        return with_memory(decoded, mode, pick);
    }
    return decoded.is_register(0) ? pick.template operator()<Dst>() : Selection{};
}

/// Operand 1, register or memory.
template <typename Pick>
Selection with_source(const Decoded& decoded, std::uint32_t mode, const Pick& pick) {
    if (decoded.is_memory(1)) {
        return with_memory(decoded, mode, pick);
    }
    return decoded.is_register(1) ? pick.template operator()<Src>() : Selection{};
}

/// Operands 0 and 1 in each combination that an r/m instruction has.
template <typename Pick>
Selection with_operands(const Decoded& decoded, std::uint32_t mode, const Pick& pick) {
    if (decoded.is_memory(0)) {
        return with_memory(decoded, mode, [&]<typename M>() {
            return decoded.is_immediate(1) ? pick.template operator()<M, Imm>()
                                           : pick.template operator()<M, Src>();
        });
    }
    if (decoded.is_immediate(1)) {
        return pick.template operator()<Dst, Imm>();
    }
    if (decoded.is_memory(1)) {
        return with_memory(decoded, mode,
                           [&]<typename M>() { return pick.template operator()<Dst, M>(); });
    }
    return pick.template operator()<Dst, Src>();
}

}  // namespace ringside::cpu
