// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/form.hpp"
#include "cpu/fpu_access.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {

// How any x87 instruction runs: through its form's body.

[[nodiscard]] inline const fpu::Form& form_of(const Op* op) {
    return *fpu::form_with_opcode(static_cast<std::uint16_t>(op->immediate));
}

/// What comes before the operand is looked at.
inline void begin_x87(const Cpu& cpu, const fpu::Form& form) {
    require_fpu(cpu);
    if (form.is != fpu::Class::control_no_wait) {
        await_fpu(cpu);
    }
}

/// The environment tells of the last instruction that was no control instruction.
inline void note_instruction(Cpu& cpu, const Op* op) {
    fpu::Pointers& p = cpu.fpu.state.pointers;
    p.instruction_offset = cpu.eip_of(op);
    p.instruction_selector = cpu.segment(SegmentRegister::cs).selector.value();
    p.opcode = static_cast<std::uint16_t>(op->immediate);
}
inline void note_operand(Cpu& cpu, const Op* op) {
    fpu::Pointers& p = cpu.fpu.state.pointers;
    p.data_offset = effective_offset(cpu, op);
    p.data_selector = cpu.segment(static_cast<SegmentRegister>(op->segment)).selector.value();
}

/// Runs the body; the operand is known to be accessible.
template <bool has_memory>
void run_form(Cpu& cpu, const Op* op, const fpu::Form& form, fpu::Transfer& x) {
    if (form.is == fpu::Class::numeric) {
        note_instruction(cpu, op);
        if constexpr (has_memory) {
            note_operand(cpu, op);
        }
    }
    form.body(cpu.fpu, x);
}

// The bodies are never inlined into their handlers: what they keep on the host's stack must be gone
// before the sibling call.

[[gnu::noinline]] inline void x87_on_registers(Cpu& cpu, const Op* op) {
    const fpu::Form& form = form_of(op);
    begin_x87(cpu, form);
    fpu::Transfer x;
    x.index = op->immediate & 7U;
    run_form<false>(cpu, op, form, x);
}

/// With the value of its memory operand.
[[gnu::noinline]] inline void x87_with_value(Cpu& cpu, const Op* op, std::uint64_t value) {
    fpu::Transfer x;
    x.low = value;
    run_form<true>(cpu, op, form_of(op), x);
}

template <typename M, typename W>
[[gnu::noinline]] void x87_load(Cpu& cpu, const Op* op) {
    begin_x87(cpu, form_of(op));
    x87_with_value(cpu, op, M::template read<W>(cpu, op));
}

/// Into a place that is known to be writable, before the instruction pops or raises anything.
template <typename W>
[[gnu::noinline]] void x87_into(Cpu& cpu, const Op* op, Cpu::Place<W> place) {
    fpu::Transfer x;
    run_form<true>(cpu, op, form_of(op), x);
    if (x.writes) {
        place.set(static_cast<W>(x.low));
    }
}

template <typename M, typename W>
[[gnu::noinline]] void x87_store(Cpu& cpu, const Op* op) {
    begin_x87(cpu, form_of(op));
    x87_into<W>(cpu, op, M::template modify<W>(cpu, op));
}

}  // namespace ringside::cpu
