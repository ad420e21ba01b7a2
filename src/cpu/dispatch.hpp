// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/decode/block.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

// The one place that knows how control passes from op to op. An instruction's body is a plain
// function; the wrappers below make handlers of it. In release builds a handler ends in a sibling
// call of the next one, so a block runs as a chain of jumps; with RINGSIDE_PLAIN_DISPATCH it
// returns the next op to a loop (debuggers and sanitizers want a flat stack).

/// Runs `op` and whatever follows it, or hands it to the loop.
[[nodiscard]] inline const Op* proceed(Cpu& cpu, const Op* op) {
#ifdef RINGSIDE_PLAIN_DISPATCH
    static_cast<void>(cpu);
    return op;
#else
    return op->handler(cpu, op);
#endif
}

/// Enters a block at cpu.eip. Leaves the loop instead when an event could fall due inside.
[[nodiscard]] inline const Op* enter(Cpu& cpu, Block* block) {
    if (cpu.clock + block->bound > cpu.deadline) [[unlikely]] {
        return nullptr;
    }
    cpu.block = block;
    return proceed(cpu, block->ops);
}

/// Goes to a target that only run time knows.
[[nodiscard]] inline const Op* continue_at(Cpu& cpu, std::uint32_t target) {
    cpu.eip = target;
    const JumpCacheEntry& known = cpu.blocks->jump_entry(target);
    if (known.eip == target && known.stamp == cpu.stamp) [[likely]] {
        return enter(cpu, known.block);
    }
    return nullptr;
}

/// Goes to a target that is fixed relative to the block, by the block's own link.
enum class Link : std::uint8_t { taken, next };
/// The same to cpu.eip while there is no link.
const Op* continue_unlinked(Cpu& cpu, Link link);
[[nodiscard]] inline const Op* continue_linked(Cpu& cpu, std::uint32_t target, Link link) {
    cpu.eip = target;
    Block* const next = cpu.block->links[static_cast<std::size_t>(link)];
    if (next != nullptr) [[likely]] {
        return enter(cpu, next);
    }
    return continue_unlinked(cpu, link);
}

/// In place of every op of a block whose bytes were overwritten.
const Op* stale(Cpu& cpu, const Op* op);

/// A body that cannot fault, write memory or leave the block.
template <auto body>
const Op* straight(Cpu& cpu, const Op* op) {
    body(cpu, op);
    return proceed(cpu, op + 1);
}

/// A body that may fault: the op is noted first.
template <auto body>
const Op* guarded(Cpu& cpu, const Op* op) {
    cpu.at = op;
    body(cpu, op);
    return proceed(cpu, op + 1);
}

/// Two ops in a row with the same body, which may write over the second one.
template <auto body>
const Op* guarded_twice(Cpu& cpu, const Op* op) {
    cpu.at = op;
    body(cpu, op);
    if (cpu.block->is_stale) [[unlikely]] {
        return stale(cpu, op + 1);
    }
    cpu.at = op + 1;
    body(cpu, op + 1);
    return proceed(cpu, op + 2);
}

/// Any case that `usual` does not do; a handler of its own, entered by a sibling call.
template <auto otherwise, typename... Operand>
[[gnu::noinline]] const Op* unusual(Cpu& cpu, const Op* op, Operand... operand) {
    otherwise(cpu, op, operand...);
    return proceed(cpu, op + 1);
}

/// A body that does an instruction in the usual case and says whether it was one; if not, it has
/// changed nothing, and `otherwise` does it. The two share no stack frame, so the usual case pays
/// for nothing that the other needs.
template <auto body, auto otherwise>
const Op* usual(Cpu& cpu, const Op* op) {
    cpu.at = op;
    if (body(cpu, op)) [[likely]] {
        return proceed(cpu, op + 1);
    }
    return unusual<otherwise>(cpu, op);
}

/// The same with an operand in memory, which `find` reads or proves writable, once for both.
template <auto find, auto body, auto otherwise>
const Op* usual_with(Cpu& cpu, const Op* op) {
    cpu.at = op;
    const auto operand = find(cpu, op);
    if (body(cpu, op, operand)) [[likely]] {
        return proceed(cpu, op + 1);
    }
    return unusual<otherwise>(cpu, op, operand);
}

/// A body that decides where control goes. It has added op->clocks and set eip, and returns what
/// enter, continue_at or continue_linked gave, or null to leave the loop.
template <auto body>
const Op* ending(Cpu& cpu, const Op* op) {
    cpu.at = op;
    return body(cpu, op);
}

/// Ticks of the block before `op`; its own do not count when it faults.
[[nodiscard]] inline std::uint64_t ticks_before(const Cpu& cpu, const Op* op) {
    return op == cpu.block->ops ? 0 : op[-1].clocks;
}

/// Goes on at cpu.eip in a context that may be a new one: another ring, other flags. Leaves the
/// loop when an interrupt or a single step may have to come first, or the observer wants a stop.
[[nodiscard]] inline const Op* continue_in_context(Cpu& cpu) {
    if ((cpu.block->mode & block_mode::single) != 0 ||
        (cpu.system_flags & (flag::tf | flag::rf)) != 0 || cpu.pending_interrupt ||
        cpu.exit.kind != ExitKind::none) [[unlikely]] {
        return nullptr;
    }
    return continue_at(cpu, cpu.eip);
}

/// A body that takes control to another context, after which cpu.eip and the clock are exact. It is
/// never inlined here: what it keeps on the host's stack must be gone before the sibling call.
template <auto body>
const Op* crossing(Cpu& cpu, const Op* op) {
    cpu.at = op;
    body(cpu, op);
    return continue_in_context(cpu);
}

/// A body that loads a segment on which `mode` may depend: leaves the block only when it changed.
template <auto body>
const Op* refocusing(Cpu& cpu, const Op* op) {
    cpu.at = op;
    body(cpu, op);
    if (cpu.data_mode() == (cpu.mode & block_mode::flat_data)) [[likely]] {
        return proceed(cpu, op + 1);
    }
    cpu.context_changed();
    cpu.clock += op->clocks;
    cpu.eip = cpu.eip_of(op) + op->length;
    return nullptr;
}

/// A body after which the context may differ (segments, CPL, paging, flags that interrupts look
/// at): control goes on behind it, through the loop.
template <auto body>
const Op* serializing(Cpu& cpu, const Op* op) {
    cpu.at = op;
    body(cpu, op);
    cpu.clock += op->clocks;
    cpu.eip = cpu.eip_of(op) + op->length;
    return nullptr;
}

/// Behind the last instruction of a block that ends only because it is long enough.
const Op* fall_through(Cpu& cpu, const Op* op);
/// In front of an instruction whose address an observer asked for.
const Op* probed(Cpu& cpu, const Op* op);
/// In front of an instruction at which an observer follows control flow; `immediate` is the Flow.
const Op* flowing(Cpu& cpu, const Op* op);
/// In front of every instruction at the levels that look at the pipeline. Leaves the block itself
/// when an event is due there, since no bound of a block covers what those levels add.
const Op* paced(Cpu& cpu, const Op* op);
/// In front of a transfer whose figure has a +m (i386): the head of the block it leads to adds it.
const Op* leading(Cpu& cpu, const Op* op);
/// At the head of every block on the i386.
const Op* arrived(Cpu& cpu, const Op* op);
/// In front of an instruction whose figure no manual prints.
const Op* assuming(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
