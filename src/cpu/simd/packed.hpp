// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/simd/lanes.hpp"
#include "cpu/simd/operands.hpp"

namespace ringside::cpu::simd {

// Bodies and selectors of instructions of the form "register := operation(register, source)". An
// operation is a type with a static template `apply` over the value of a register.

template <typename Operation, typename File, typename Source>
void binary(Cpu& cpu, const Op* op) {
    using Value = typename File::Value;
    File::require(cpu);
    const auto source = Source::template read<Value>(cpu, op);
    File::enter(cpu);
    File::set(cpu, op->dst, Operation::template apply<Value>(File::get(cpu, op->dst), source));
}

/// On the registers of one file.
template <typename Operation, typename File>
Selection select_binary_of(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<File>(d, mode, [&]<typename Source>() {
        return handled<&binary<Operation, File, Source>, true>();
    });
}

/// On MMX or XMM registers, as operand 0 says.
template <typename Operation>
Selection select_binary(const Decoded& d, std::uint32_t mode) {
    return with_file(d, 0,
                     [&]<typename File>() { return select_binary_of<Operation, File>(d, mode); });
}

}  // namespace ringside::cpu::simd
