// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/transition.hpp"

namespace ringside::cpu {

/// Something that goes through the IDT. The EIP to push stands in cpu.eip: of the instruction for
/// faults, behind it for traps and software interrupts.
struct Event {
    enum class Source : std::uint8_t { fault, trap, software, breakpoint_like, hardware };

    Vector vector{};
    Source source{};
    std::uint32_t error_code = 0;
    LinearAddress page_fault_address{};

    /// An exception whose EIP is the instruction's own; RF is set in the pushed EFLAGS.
    static Event fault(const Fault& f) {
        return {f.vector, Source::fault, f.error_code, f.page_fault_address};
    }
    /// #DB after a single step.
    static Event trap(Vector vector) { return {vector, Source::trap, 0, {}}; }
    /// INT n: the gate's DPL is checked against CPL.
    static Event software(Vector vector) { return {vector, Source::software, 0, {}}; }
    /// INT3, INTO: as INT n, with a clock figure of their own.
    static Event breakpoint_like(Vector vector) { return {vector, Source::breakpoint_like, 0, {}}; }
    static Event hardware(Vector vector) { return {vector, Source::hardware, 0, {}}; }

    [[nodiscard]] bool is_software() const {
        return source == Source::software || source == Source::breakpoint_like;
    }
    /// EXT: set in the error code of any fault met on the way.
    [[nodiscard]] std::uint32_t external_bit() const { return is_software() ? 0U : 1U; }
};

/// Delivers an event: reads the gate, checks, switches stacks, pushes the frame, loads CS:EIP and
/// adds the clocks of the path. Faults met on the way are delivered in their turn by the
/// contributory rules; a fault during a double fault ends the run with ExitKind::shutdown. Never
/// throws for events that are no software interrupts.
void deliver(Cpu& cpu, const Event& event);

/// INT n from inside an instruction: faults of the gate itself are thrown, so that they are
/// delivered with the EIP of the INT; `cpu.eip` is still the block's. `return_eip` is pushed,
/// `static_ticks` is the block's sum before this instruction.
void software_interrupt(Cpu& cpu, const Event& event, std::uint32_t return_eip,
                        std::uint64_t ticks_before);

}  // namespace ringside::cpu
