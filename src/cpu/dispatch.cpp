// SPDX-License-Identifier: MIT
#include "cpu/dispatch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "cpu/breakpoints.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/privilege/interrupt.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {
namespace {

/// Makes eip and clock exact for the op at which execution stopped.
void settle_at(Cpu& cpu, const Op* op) {
    cpu.clock += ticks_before(cpu, op);
    cpu.eip = cpu.eip_of(op);
}

/// Whether the next instruction must run alone.
bool wants_single(const Cpu& cpu) {
    return (cpu.system_flags & flag::tf) != 0 || cpu.interrupt_shadow || cpu.armed != 0;
}

/// What happens between two instructions, before the one at EIP. True when control moved. A
/// debug trap waits here until the host has served the port that the instruction asked for.
bool take_interrupt(Cpu& cpu) {
    const std::uint32_t debugging = cpu.breakpoints_hit | cpu.debug_traps;
    if (debugging == 0 && !cpu.pending_interrupt) [[likely]] {
        return false;
    }
    if (cpu.breakpoints_hit != 0) [[unlikely]] {
        gather_breakpoints(cpu);
    }
    if (cpu.debug_traps != 0 && !cpu.debug_shadow) [[unlikely]] {
        cpu.interrupt_shadow = false;
        // A breakpoint on the instruction at EIP is told of together with the traps of the last.
        const LinearAddress at{cpu.segment(SegmentRegister::cs).base + cpu.eip};
        const std::uint32_t here = cpu.armed != 0 ? instruction_breakpoints(cpu, at) : 0;
        deliver(cpu, Event::debug(std::exchange(cpu.debug_traps, 0U) | here));
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

/// A breakpoint on the instruction at EIP is a fault that comes before its fetch. RF is pushed as
/// it is, clear: whoever returns there without setting it meets the breakpoint again.
bool take_instruction_breakpoint(Cpu& cpu) {
    if ((cpu.armed & breakpoint_kind::instruction) == 0 || (cpu.system_flags & flag::rf) != 0 ||
        cpu.debug_shadow) {
        return false;
    }
    const LinearAddress at{cpu.segment(SegmentRegister::cs).base + cpu.eip};
    const std::uint32_t hit = instruction_breakpoints(cpu, at);
    if (hit != 0) {
        cpu.interrupt_shadow = false;
        deliver(cpu, Event::debug(hit));
    }
    return hit != 0;
}

/// The block at EIP if it is at hand; for the first one of a run, when no link waits to be set.
Block* recalled(Cpu& cpu, std::uint64_t stamp) {
    const JumpCacheEntry& known = cpu.blocks->jump_entry(cpu.eip);
    const bool same = known.eip == cpu.eip && known.stamp == stamp;
    return same && !known.block->is_stale ? known.block : nullptr;
}

/// Runs one block, or one instruction when `single`; `first` of this run. A pause waits until the
/// clock has left `started_at`, so that every run gets somewhere.
void run_block(Cpu& cpu, bool single, std::uint64_t started_at, bool first) {
    cpu.at = nullptr;
    const std::uint32_t mode = cpu.mode | (single ? block_mode::single : 0U);
    // Single blocks are neither cached by EIP nor linked, so they come back after one instruction.
    const std::uint64_t stamp = cpu.blocks->stamp(mode);
    Block* block = first ? recalled(cpu, stamp) : nullptr;
    if (block == nullptr) {
        block = cpu.blocks->find(cpu, mode);
    }
    cpu.stamp = cpu.blocks->stamp(mode);
    if (!single && cpu.clock + block->bound > cpu.deadline) {
        if (cpu.deadline < cpu.event_deadline && cpu.clock > started_at) {
            cpu.exit.kind = ExitKind::budget_spent;  // a pause, taken where it costs nothing
            cpu.held = true;
        } else {
            run_block(cpu, true, started_at, false);
        }
        return;
    }
    cpu.block = block;
    for (const Op* op = block->ops; op != nullptr;) {
        op = op->handler(cpu, op);
    }
}

/// What an instruction starts with.
struct Start {
    std::uint32_t flags;
    bool interrupt_shadow;
    bool debug_shadow;
};

/// After one instruction that ran alone.
void finish_single(Cpu& cpu, const Start& start) {
    // A shadow lasts one instruction, and of two MOV SS in a row only the first opens one.
    if (start.debug_shadow) {
        cpu.debug_shadow = false;
        cpu.interrupt_shadow = false;
    } else if (start.interrupt_shadow && !cpu.debug_shadow) {
        cpu.interrupt_shadow = false;
    }
    if ((start.flags & flag::tf) != 0 && !cpu.trap_suppressed && !cpu.debug_shadow) {
        cpu.debug_traps |= dr6::single_step;
    }
}

/// What the host asked for with set_stepping() is done.
void end_step(Cpu& cpu) {
    if (cpu.stepping() && cpu.exit.kind == ExitKind::none) {
        cpu.exit.kind = ExitKind::budget_spent;
    }
}

/// At the level `memory`: the bytes of the instruction at `at` come from somewhere.
[[gnu::noinline]] void fetch(Cpu& cpu, LinearAddress at, const timing::Issue& issue,
                             std::uint64_t now) {
    const Block& block = *cpu.block;
    const std::uint32_t offset = page_offset(at) - page_offset(block.start);
    memory_model::Fetch fetch{at, block.start + offset, std::max<std::uint32_t>(issue.length, 1)};
    fetch.paired = cpu.pipeline->paired();
    fetch.transfers =
        issue.transfer != timing::Transfer::none && issue.transfer != timing::Transfer::conditional;
    if (block.crosses_page) {
        fetch.second_page = block.second_frame;
    }
    cpu.memory->fetch(fetch, now);
}

}  // namespace

Exit Cpu::run(std::uint64_t until_tick, std::uint64_t pause_tick) {
    event_deadline = until_tick;
    deadline = std::min(until_tick, pause_tick);
    const std::uint64_t started_at = clock;
    exit = {};
    context_changed();
    blocks->forget_link();
    std::optional<Event> raised;
    bool first = true;
    // At most levels the clock tells whether an instruction ran; the second of a pair costs
    // nothing.
    const auto begun = [this] { return pipeline ? pipeline->issued() : 0; };
    const auto settle = [this] {
        if (at != nullptr) {
            if (pipeline) {
                pipeline->take_back();
            }
            if (at != block->ops && at[-1].handler == &assuming) {
                --assumed_figures;
            }
            settle_at(*this, at);
            at = nullptr;
            refill = 0;
        }
    };
    while (exit.kind == ExitKind::none) {
        try {
            if (raised) {
                blocks->forget_link();
                deliver(*this, *std::exchange(raised, std::nullopt));
                end_step(*this);
                continue;
            }
            if (take_interrupt(*this)) {
                blocks->forget_link();  // what comes next is not where the last block went
                end_step(*this);
                continue;
            }
            if (clock >= deadline) {
                exit.kind = ExitKind::budget_spent;
                break;
            }
            if (armed != 0 && take_instruction_breakpoint(*this)) [[unlikely]] {
                blocks->forget_link();
                end_step(*this);
                continue;
            }
            const Start start{system_flags, interrupt_shadow, debug_shadow};
            const std::uint64_t clock_before = clock;
            const std::uint64_t begun_before = begun();
            const bool single = wants_single(*this);
            trap_suppressed = false;
            held = false;
            // RF holds for one instruction. It goes before that one, because IRET may set it anew.
            system_flags &= ~flag::rf;
            run_block(*this, single, started_at, std::exchange(first, false));
            at = nullptr;
            if (refill != 0) [[unlikely]] {
                pay_refill(*this);
            }
            if (held && clock == clock_before && begun() == begun_before) {
                system_flags |= start.flags & flag::rf;  // stopped in front of it
            } else if (single) {
                finish_single(*this, start);
                end_step(*this);
            }
        } catch (const Fault& fault) {
            settle();
            interrupt_shadow = false;
            debug_shadow = false;
            breakpoints_hit = 0;
            raised = Event::fault(fault);
        } catch (const WaitsForInterrupt&) {
            settle();
            exit.kind = ExitKind::halted;
        }
    }
    return exit;
}

const Op* continue_unlinked(Cpu& cpu, Link link) {
    const JumpCacheEntry& known = cpu.blocks->jump_entry(cpu.eip);
    if (known.eip == cpu.eip && known.stamp == cpu.stamp) {
        cpu.blocks->connect(*cpu.block, link, *known.block);
        return enter(cpu, known.block);
    }
    cpu.blocks->want_link(cpu.block, link);
    return nullptr;
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
            cpu.held = true;
            return nullptr;
        }
    }
    return proceed(cpu, op + 1);
}

const Op* flowing(Cpu& cpu, const Op* op) {
    if (cpu.observer != nullptr) {
        const std::uint64_t clock_at_entry = cpu.clock;
        cpu.clock += op->clocks;
        cpu.observer->flow(static_cast<Flow>(op->immediate),
                           {cpu.segment(SegmentRegister::cs).base + cpu.eip_of(op)});
        cpu.clock = clock_at_entry;
    }
    return proceed(cpu, op + 1);
}

const Op* paced(Cpu& cpu, const Op* op) {
    const std::uint64_t now = cpu.clock + op->clocks;
    if (now >= cpu.deadline) [[unlikely]] {
        settle_at(cpu, op);
        return nullptr;
    }
    const LinearAddress at{cpu.segment(SegmentRegister::cs).base + cpu.eip_of(op)};
    const timing::Issue& issue = cpu.block->issues[op->immediate];
    cpu.pipeline->issue(issue, at, now);
    if (cpu.memory) {
        fetch(cpu, at, issue, now);
    }
    return proceed(cpu, op + 1);
}

const Op* leading(Cpu& cpu, const Op* op) {
    const bool unconditional = op->immediate != 0;
    cpu.refill = unconditional ? Cpu::refill_always : cpu.clock + op[1].clocks;
    return proceed(cpu, op + 1);
}

const Op* arrived(Cpu& cpu, const Op* op) {
    if (cpu.refill != 0) {
        pay_refill(cpu, op->immediate);
    }
    return proceed(cpu, op + 1);
}

const Op* assuming(Cpu& cpu, const Op* op) {
    ++cpu.assumed_figures;
    return proceed(cpu, op + 1);
}

}  // namespace ringside::cpu
