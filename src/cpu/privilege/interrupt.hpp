// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/op.hpp"
#include "cpu/transition.hpp"

namespace ringside::cpu {

/// Something that goes through the IDT.
struct Event {
    enum class Source : std::uint8_t { fault, trap, int1, software, breakpoint_like, hardware };

    Vector vector{};
    Source source{};
    std::uint32_t error_code = 0;  ///< of #DB: the bits of DR6 that it sets
    LinearAddress page_fault_address{};

    /// An exception whose EIP is the instruction's own; RF is set in the pushed EFLAGS.
    static Event fault(const Fault& f) {
        return {f.vector, Source::fault, f.error_code, f.page_fault_address};
    }
    /// #DB between two instructions, with the bits of DR6 that say why.
    static Event debug(std::uint32_t dr6) { return {Vector::debug, Source::trap, dr6, {}}; }
    /// INT1 (F1): #DB without a look at the gate's DPL.
    static Event int1() { return {Vector::debug, Source::int1, 0, {}}; }
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
    /// Whether the handler finds an error code on its stack: INT n never pushes one.
    [[nodiscard]] bool has_error_code() const {
        return source == Source::fault && pushes_error_code(vector);
    }
};

/// EFLAGS as an event pushes it. RF is set for faults, so that their instruction is not stopped at
/// again, and clear for INT n, which as any instruction clears it first (SDM vol. 3, "Resume
/// Flag").
[[nodiscard]] std::uint32_t eflags_image(const Cpu& cpu, const Event& event);

/// Delivers an event between two instructions: reads the gate, checks, switches stacks, pushes the
/// frame with cpu.eip, loads CS:EIP and adds the clocks of the path. Faults met on the way are
/// delivered in their turn by the contributory rules; a fault during a double fault ends the run
/// with ExitKind::shutdown. Throws nothing.
void deliver(Cpu& cpu, const Event& event);

/// The same from inside `op`, an INT n and its like: pushes the EIP behind it and adds
/// `block_ticks`, what the block took so far. Faults of the gate are thrown before anything
/// changed, so that they are delivered with the EIP of the instruction.
void software_interrupt(Cpu& cpu, const Op* op, const Event& event, std::uint64_t block_ticks);

}  // namespace ringside::cpu
