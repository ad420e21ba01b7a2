// SPDX-License-Identifier: MIT
#include "trace/statistics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "trace/memory_statistics.hpp"
#include "trace/words.hpp"

namespace ringside::trace {

Statistics::Statistics(guest::Machine& machine) : machine_(machine), last_(machine.cpu().cycles()) {
    machine.observers().add(*this);
}

Statistics::~Statistics() {
    machine_.observers().remove(*this);
}

void Statistics::transition(const cpu::Transition& transition) {
    rings_[transition.before.cpl()] += (transition.clock_before - last_).value;
    last_ = transition.clock_after;
    Sum& sum = kinds_[entry_word(transition)];
    ++sum.count;
    sum.clocks += (transition.clock_after - transition.clock_before).value;
}

std::string Statistics::text(bool assumed, std::string_view service_body) const {
    const cpu::Cpu& cpu = machine_.cpu();
    auto rings = rings_;
    rings[cpu.cpl] += (cpu.cycles() - last_).value;
    const std::uint64_t idle = machine_.idle_ticks() / cpu::traits(cpu.model).ticks_per_clock;
    // The clock jumps while the CPU waits at HLT, in ring 0.
    rings[0] -= std::min(rings[0], idle);
    // A body is its thunk's OUT, also in ring 0.
    rings[0] -=
        std::min(rings[0], machine_.service_ticks() / cpu::traits(cpu.model).ticks_per_clock);
    const char* const mark = assumed ? "  (contains assumed figures)" : "";

    std::string out = fmt::format("{:<24}{:>14} clocks{}\n", "total", cpu.cycles(), mark);
    for (unsigned ring = 4; ring-- > 0;) {
        if (rings[ring] != 0) {
            out += fmt::format("  ring {:<17}{:>14}{}\n", ring, rings[ring], mark);
        }
    }
    std::uint64_t gates = 0;
    for (const auto& [word, sum] : kinds_) {
        gates += sum.clocks;
    }
    out += fmt::format("  {:<22}{:>14}{}\n", "transitions", gates, mark);
    out += fmt::format("  {:<22}{:>14}\n", "idle", idle);
    out += fmt::format("  service body: {}\n", service_body);
    for (const auto& [word, sum] : kinds_) {
        out += fmt::format("{:<24}{:>14} times, {} clocks\n", word, sum.count, sum.clocks);
    }
    return out + memory_text(cpu);
}

}  // namespace ringside::trace
