// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/simd/lanes.hpp"
#include "cpu/simd/operands.hpp"

namespace ringside::cpu::simd {

// Bodies and selectors of instructions of the form "register := operation(register, source)". An
// operation is a type with a static template `apply` over the value of a register; one that is a
// move ignores what the register held.

template <typename Operation, typename File, typename Source, typename W = typename File::Value,
          Alignment alignment = Alignment::required>
void binary(Cpu& cpu, const Op* op) {
    File::require(cpu);
    decltype(auto) source = Source::template read<W, alignment>(cpu, op);
    File::enter(cpu);
    File::set(cpu, op->dst, Operation::apply(File::get(cpu, op->dst), source));
}

/// The operation takes a constant, too.
template <typename Operation, typename File, typename Source, typename W = typename File::Value>
void ternary(Cpu& cpu, const Op* op) {
    File::require(cpu);
    decltype(auto) source = Source::template read<W, Alignment::required>(cpu, op);
    File::enter(cpu);
    File::set(cpu, op->dst,
              Operation::apply(File::get(cpu, op->dst), source,
                               static_cast<std::uint8_t>(op->immediate)));
}

/// On the registers of one file; a source in memory has the size of W.
template <typename Operation, typename File, typename W = typename File::Value,
          Alignment alignment = Alignment::required>
Selection select_binary_of(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<File>(d, mode, [&]<typename Source>() {
        return handled<&binary<Operation, File, Source, W, alignment>, true>();
    });
}

/// On MMX or XMM registers, as operand 0 says.
template <typename Operation>
Selection select_binary(const Decoded& d, std::uint32_t mode) {
    return with_file(d, 0,
                     [&]<typename File>() { return select_binary_of<Operation, File>(d, mode); });
}

template <typename Operation, typename File>
Selection select_ternary_of(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<File>(d, mode, [&]<typename Source>() {
        return handled<&ternary<Operation, File, Source>, true>();
    });
}

}  // namespace ringside::cpu::simd
