// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/cycles.hpp"
#include "cpu/segments/selector.hpp"
#include "cpu/vector.hpp"

namespace ringside::cpu {

/// Ways in which control passes a gate or a ring border.
enum class TransitionKind : std::uint8_t {
    software_interrupt,  ///< INT n, INT3, INTO
    exception,
    hardware_interrupt,
    interrupt_return,  ///< IRET
    sysenter,
    sysexit,
    task_switch,  ///< an interrupt or exception through a task gate
    far_return,   ///< RETF to an outer ring
    gate_call,    ///< CALL through a call gate to an inner ring
    task_jump,    ///< JMP to a TSS or through a task gate
    task_call,    ///< CALL to the same
    task_return,  ///< IRET with NT set
};

/// Where the program was, or is now.
struct ExecutionPoint {
    Selector cs;
    std::uint32_t eip = 0;
    std::uint32_t eflags = 0;
    Selector ss;
    std::uint32_t esp = 0;
    unsigned ring = 0;  ///< CPL, which real and virtual 8086 mode do not show in CS

    [[nodiscard]] unsigned cpl() const { return ring; }
};

/// One finished transition, told after it took effect.
struct Transition {
    TransitionKind kind{};
    Vector vector{};  ///< of an interrupt or exception
    bool has_error_code = false;
    std::uint32_t error_code = 0;
    LinearAddress page_fault_address{};  ///< CR2 of a #PF
    /// EIP of the instruction that made the transition; of the next one for interrupts and traps.
    ExecutionPoint before;
    ExecutionPoint after;
    Cycles clock_before;  ///< at the end of the last instruction before it
    Cycles clock_after;
};

/// A point of the program's control flow.
enum class Flow : std::uint8_t {
    block,  ///< a stretch of code begins; how long it is depends on the decoder
    call,   ///< a CALL, near or far, is about to execute
    ret,    ///< the same of a RET
};

/// One access of the processor to a watched place: an operand's, or one that it makes itself on the
/// way through a gate or to a descriptor table. What the host writes for a service is none.
struct MemoryAccess {
    LinearAddress at{};
    std::uint32_t size = 0;  ///< bytes
    bool write = false;      ///< it is about to happen; memory still has what was there
    Selector cs;             ///< of the instruction, or of the one that an interrupt came before
    std::uint32_t eip = 0;
};

/// Linear addresses whose accesses an observer wants to be told of.
struct Watch {
    LinearAddress at{};
    std::uint32_t length = 1;  ///< bytes
    bool reads = false;
    bool writes = true;

    [[nodiscard]] bool covers(const MemoryAccess& access) const {
        return (access.write ? writes : reads) &&
               (access.at.value - at.value < length || at.value - access.at.value < access.size);
    }
};

/// Sees transitions and the addresses it asked for. Observing changes nothing the guest can tell.
class CpuObserver {
  public:
    virtual ~CpuObserver() = default;
    virtual void transition(const Transition& transition) = 0;
    /// Control reaches a probed address; the instruction there has not run.
    virtual void reached(LinearAddress address) = 0;
    /// A watched place is read or written. A stop that is asked for here comes behind the
    /// instruction.
    virtual void accessed(const MemoryAccess& access) { static_cast<void>(access); }
    /// To whoever follows control flow: control is at a point of it, whose instruction has not run.
    virtual void flow(Flow point, LinearAddress address) {
        static_cast<void>(point);
        static_cast<void>(address);
    }
    /// Asked while code is decoded for somebody who follows control flow: whether a block shall
    /// begin at this address, so that control is told of however it comes there.
    [[nodiscard]] virtual bool divides(LinearAddress address) const {
        static_cast<void>(address);
        return false;
    }
};

}  // namespace ringside::cpu
