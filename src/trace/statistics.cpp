// SPDX-License-Identifier: MIT
#include "trace/statistics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/timing/pipeline.hpp"
#include "trace/memory_statistics.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

/// What the total is made of at the levels that correct the table.
std::string subtotals_text(const cpu::Cpu& cpu, std::uint64_t ticks_elsewhere) {
    if (!cpu.pipeline) {
        return {};
    }
    const auto ticks_per_clock = static_cast<std::int64_t>(cpu::traits(cpu.model).ticks_per_clock);
    const cpu::timing::Subtotals& subtotals = cpu.pipeline->subtotals();
    const auto busy = static_cast<std::int64_t>(cpu.clock - ticks_elsewhere);
    std::string out = fmt::format("  {:<22}{:>14}\n", "documented figures",
                                  (busy - subtotals.sum()) / ticks_per_clock);
    for (std::size_t i = 0; i < cpu::timing::adder_count; ++i) {
        const auto adder = static_cast<cpu::timing::Adder>(i);
        if (subtotals[adder] != 0) {
            out +=
                fmt::format("  {:<22}{:>14}\n", name_of(adder), subtotals[adder] / ticks_per_clock);
        }
    }
    return out;
}

}  // namespace

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

    const std::string level = cpu.level == cpu::timing::Level::table
                                  ? std::string{}
                                  : fmt::format(" at --timing {}", cpu::timing::name_of(cpu.level));
    std::string out = fmt::format("{:<24}{:>14} clocks{}{}\n", "total", cpu.cycles(), level, mark);
    out += subtotals_text(cpu, machine_.idle_ticks() + machine_.service_ticks());
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
