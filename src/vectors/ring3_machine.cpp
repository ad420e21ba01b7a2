// SPDX-License-Identifier: MIT
#include "vectors/ring3_machine.hpp"

#include <fmt/format.h>

#include "cpu/decode/block.hpp"
#include "vectors/cpu_registers.hpp"

namespace ringside::vectors {
namespace {

constexpr std::uint8_t hlt = 0xF4;
/// Repeated string instructions take a step an element.
constexpr unsigned most_steps = 1U << 17;

std::vector<TestMemory::Range> ranges_of(const Environment& environment) {
    std::vector<TestMemory::Range> ranges;
    for (const PageRange& range : environment.pages) {
        ranges.push_back({range.from, range.to});
    }
    return ranges;
}

}  // namespace

Ring3Machine::Ring3Machine(const Container& container, cpu::Model model)
    : system_(container.path, *container.environment, model),
      memory_(container.path, system_.memory(), ranges_of(*container.environment),
              container.environment->base) {
    // One instruction at a time anyway, so none is decoded for nothing.
    system_.cpu().blocks->set_block_limit(1);
}

std::string_view Ring3Machine::cannot_take(const TestVector& test) const {
    return (test.before[Register::eflags] & cpu::flag::vm) != 0 ? "in virtual 8086 mode"
                                                                : std::string_view{};
}

Observation Ring3Machine::run(const TestVector& test, std::vector<MemoryDifference>& differences) {
    Observation seen;
    memory_.place(test);
    if (has_fpu()) {
        load_fpu(test.fpu_before.value_or(FpuState{}));
    }
    system_.cpu().blocks->flush();
    system_.load(test.before, test.index);
    step_to_end(test, seen);
    system_.read_registers(seen);
    if (has_fpu()) {
        seen.fpu = store_fpu();
    }
    memory_.compare(test, differences);
    memory_.restore();
    return seen;
}

void Ring3Machine::step_to_end(const TestVector& test, Observation& seen) {
    for (unsigned steps = 0; steps < most_steps; ++steps) {
        const cpu::Exit exit = system_.run(system_.cpu().clock + 1);
        if (system_.event_delivered() ||
            (exit.kind == cpu::ExitKind::budget_spent && at_terminator(test))) {
            return;
        }
        if (exit.kind != cpu::ExitKind::budget_spent) {
            seen.trouble = fmt::format("the CPU came back: {}", exit_name(exit.kind));
            return;
        }
    }
    seen.trouble = fmt::format("no end after {} steps", most_steps);
}

bool Ring3Machine::at_terminator(const TestVector& test) const {
    const cpu::Cpu& cpu = system_.cpu();
    const cpu::Segment& cs = cpu.segment(cpu::SegmentRegister::cs);
    const bool started_here = cpu.eip == test.before[Register::eip] &&
                              cs.selector.value() == test.before.low(Register::cs);
    return !started_here && memory_.byte_at(cs.base + cpu.eip) == hlt;
}

}  // namespace ringside::vectors
