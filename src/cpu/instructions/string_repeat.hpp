// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/dispatch.hpp"
#include "cpu/instructions/string_elements.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/string.hpp"

namespace ringside::cpu {

/// How many of `count` elements a repeated string instruction may do before something outside
/// falls due: one with TF set, else as many as reach the deadline, and one at least.
[[nodiscard]] inline std::uint32_t elements_allowed(const Cpu& cpu, const Op* op,
                                                    std::uint32_t count) {
    if ((cpu.system_flags & flag::tf) != 0) {
        return 1;
    }
    if (op->formula == 0) {
        return count;
    }
    const timing::Formula& formula = cpu.clocks.formula(op->formula);
    const std::uint64_t now = cpu.clock + ticks_before(cpu, op);
    const std::uint64_t left = cpu.event_deadline > now ? cpu.event_deadline - now : 0;
    if (formula.ticks(count) <= left) [[likely]] {
        return count;
    }
    std::uint32_t low = 1;
    std::uint32_t high = count;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (formula.ticks(middle) >= left) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/// Moves indices and counter behind `n` finished elements.
template <typename Elements, typename W, typename A>
void commit_elements(Cpu& cpu, std::uint32_t n) {
    const std::uint32_t delta = string_step(cpu, sizeof(W)) * n;
    if constexpr (Elements::has_source) {
        advance<A>(cpu, GeneralRegister::esi, delta);
    }
    if constexpr (Elements::has_destination) {
        advance<A>(cpu, GeneralRegister::edi, delta);
    }
    advance<A>(cpu, GeneralRegister::ecx, 0U - n);
}

/// Up to `most` elements, at once if they lie in pages at hand, else one that goes the long way.
template <typename Elements, typename W, typename A, RepeatWhile repeat_while>
std::uint32_t do_elements(Cpu& cpu, const Op* op, std::uint32_t most) {
    StringRun from{nullptr, most};
    StringRun to{nullptr, most};
    if constexpr (Elements::has_source) {
        from = StringRun::at<A>(cpu, StringPlace::source(op), sizeof(W));
    }
    if constexpr (Elements::has_destination) {
        to = StringRun::at<A>(cpu, StringPlace::destination(Elements::destination_access),
                              sizeof(W));
    }
    const std::uint32_t n = std::min(most, std::min(from.elements, to.elements));
    if (n == 0) {
        Elements::template element<W, A>(cpu, op);
        return 1;
    }
    const auto stride =
        static_cast<std::ptrdiff_t>(static_cast<std::int32_t>(string_step(cpu, sizeof(W))));
    return Elements::template run<W, repeat_while>(cpu, from.host, to.host, stride, n);
}

/// REP, REPE or REPNE up to its end, the deadline or a fault: what was done until then is
/// committed and its clocks are charged. True at the end.
template <typename Elements, typename W, typename A, RepeatWhile repeat_while>
[[gnu::noinline]] bool repeat_elements(Cpu& cpu, const Op* op) {
    const std::uint32_t count = string_register<A>(cpu, GeneralRegister::ecx);
    if (count == 0) {
        add_formula(cpu, op, 0);
        return true;
    }
    const std::uint32_t allowed = elements_allowed(cpu, op, count);
    const ArithmeticFlags flags_before = cpu.flags;
    std::uint32_t done = 0;
    bool ended = false;
    try {
        while (done < allowed && !ended && cpu.breakpoints_hit == 0) {
            const std::uint32_t n =
                do_elements<Elements, W, A, repeat_while>(cpu, op, allowed - done);
            commit_elements<Elements, W, A>(cpu, n);
            done += n;
            if constexpr (Elements::compares) {
                ended = cpu.flags.zf() != (repeat_while == RepeatWhile::equal);
            }
            if (cpu.memory && settle_elements(cpu, op, done)) [[unlikely]] {
                break;
            }
        }
    } catch (const Fault& fault) {
        // The indices tell how far it came. So do the flags, but for a page fault: CMPS and SCAS
        // then show those from before the instruction (SDM vol. 2, REP). The silicon whose vectors
        // `modern` must match keeps the last comparison's there too.
        if (fault.vector == Vector::page_fault && cpu.model != Model::modern) {
            cpu.flags = flags_before;
        }
        if (done != 0) {
            add_formula(cpu, op, done);
        }
        throw;
    }
    add_formula(cpu, op, done);
    return ended || done == count;
}

template <typename Elements, typename W, typename A, RepeatWhile repeat_while>
const Op* repeat_string(Cpu& cpu, const Op* op) {
    if (!repeat_elements<Elements, W, A, repeat_while>(cpu, op)) {
        stay_begun(cpu);
        return stale(cpu, op);
    }
    cpu.clock += op->clocks;
    return continue_linked(cpu, cpu.eip_of(op) + op->length, Link::next);
}

}  // namespace ringside::cpu
