// SPDX-License-Identifier: MIT
#include "cpu/dispatch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "cpu/privilege/interrupt.hpp"

namespace ringside::cpu {
namespace {

/// Makes eip and clock exact for the op at which execution stopped.
void settle_at(Cpu& cpu, const Op* op) {
    cpu.clock += ticks_before(cpu, op);
    cpu.eip = cpu.eip_of(op);
}

/// Whether the next instruction must run alone.
bool wants_single(const Cpu& cpu) {
    return (cpu.system_flags & flag::tf) != 0 || cpu.interrupt_shadow;
}

/// What happens between two instructions, before the one at EIP. True when control moved. A
/// single-step trap waits here until the host has served the port that the instruction asked for.
bool take_interrupt(Cpu& cpu) {
    if (std::exchange(cpu.trap_pending, false)) {
        deliver(cpu, Event::trap(Vector::debug));
        return true;
    }
    if (!cpu.pending_interrupt || cpu.interrupt_shadow || (cpu.system_flags & flag::intf) == 0) {
        return false;
    }
    const Vector vector = *cpu.pending_interrupt;
    cpu.pending_interrupt.reset();
    deliver(cpu, Event::hardware(vector));
    return true;
}

/// Runs one block, or one instruction when `single`. A pause waits until the clock has left
/// `started_at`, so that every run gets somewhere.
void run_block(Cpu& cpu, bool single, std::uint64_t started_at) {
    cpu.at = nullptr;
    const std::uint32_t mode = cpu.mode | (single ? block_mode::single : 0U);
    Block* const block = cpu.blocks->find(cpu, mode);
    // Single blocks are neither cached by EIP nor linked, so they come back after one instruction.
    cpu.stamp = cpu.blocks->stamp(mode);
    if (!single && cpu.clock + block->bound > cpu.deadline) {
        if (cpu.deadline < cpu.event_deadline && cpu.clock > started_at) {
            cpu.exit.kind = ExitKind::budget_spent;  // a pause, taken where it costs nothing
        } else {
            run_block(cpu, true, started_at);
        }
        return;
    }
    cpu.block = block;
    for (const Op* op = block->ops; op != nullptr;) {
        op = op->handler(cpu, op);
    }
}

/// After one instruction that started with TF set or in an interrupt shadow.
void finish_single(Cpu& cpu, std::uint32_t flags_before, bool shadow_before) {
    if (shadow_before) {
        cpu.interrupt_shadow = false;
    }
    if ((flags_before & flag::tf) != 0 && !cpu.trap_suppressed && !cpu.interrupt_shadow) {
        cpu.dr6 |= dr6::single_step;
        cpu.trap_pending = true;
    }
}

}  // namespace

Exit Cpu::run(std::uint64_t until_tick, std::uint64_t pause_tick) {
    event_deadline = until_tick;
    deadline = std::min(until_tick, pause_tick);
    const std::uint64_t started_at = clock;
    exit = {};
    context_changed();
    std::optional<Event> raised;
    const auto settle = [this] {
        if (at != nullptr) {
            settle_at(*this, at);
            at = nullptr;
        }
    };
    while (exit.kind == ExitKind::none) {
        try {
            if (raised) {
                deliver(*this, *std::exchange(raised, std::nullopt));
                continue;
            }
            if (take_interrupt(*this)) {
                continue;
            }
            if (clock >= deadline) {
                exit.kind = ExitKind::budget_spent;
                break;
            }
            const std::uint32_t flags_before = system_flags;
            const std::uint64_t clock_before = clock;
            const bool shadow_before = interrupt_shadow;
            const bool single = wants_single(*this);
            trap_suppressed = false;
            // RF holds for one instruction. It goes before that one, because IRET may set it anew.
            system_flags &= ~flag::rf;
            run_block(*this, single, started_at);
            at = nullptr;
            if (clock == clock_before) {
                system_flags |= flags_before & flag::rf;  // stopped in front of it
            } else if (single) {
                finish_single(*this, flags_before, shadow_before);
            }
        } catch (const Fault& fault) {
            settle();
            interrupt_shadow = false;
            raised = Event::fault(fault);
        } catch (const WaitsForInterrupt&) {
            settle();
            exit.kind = ExitKind::halted;
        } catch (const FeatureNotBuilt& missing) {
            settle();
            exit.kind = ExitKind::feature_not_built;
            exit.feature = missing.name;
        }
    }
    return exit;
}

const Op* fall_through(Cpu& cpu, const Op* op) {
    cpu.clock += op->clocks;
    return continue_linked(cpu, cpu.eip + op->offset, Link::next);
}

const Op* stale(Cpu& cpu, const Op* op) {
    settle_at(cpu, op);
    return nullptr;
}

const Op* probed(Cpu& cpu, const Op* op) {
    if (cpu.observer != nullptr) {
        // The observer may ask for the clock of this moment.
        const std::uint64_t clock_at_entry = cpu.clock;
        cpu.clock += op->clocks;
        cpu.observer->reached({cpu.segment(SegmentRegister::cs).base + cpu.eip_of(op)});
        cpu.clock = clock_at_entry;
        if (cpu.exit.kind != ExitKind::none) {
            // The observer asked for a stop: the instruction waits, and with it RF and TF.
            settle_at(cpu, op);
            cpu.trap_suppressed = true;
            return nullptr;
        }
    }
    return proceed(cpu, op + 1);
}

}  // namespace ringside::cpu
