// SPDX-License-Identifier: MIT
#include "cpu/memory_model/bench.hpp"

#include "cpu/decode/block.hpp"

namespace ringside::test {

using cpu::timing::Adder;
using cpu::timing::Level;

MemoryBench::MemoryBench(cpu::Model model, unsigned ring, std::uint32_t wait_states)
    : rings(ring, model, Level::memory, wait_states) {
    for (const auto selector : {Rings::code0, Rings::data0, Rings::code3, Rings::data3}) {
        rings.descriptor(selector, Rings::flat, rings.descriptor_high(selector) | 0x100);
    }
    rings.cpu.blocks->set_block_limit(1);
    note();
}

void MemoryBench::program(std::string_view hex) {
    rings.code(Rings::start, hex);
    note();
}

void MemoryBench::step(unsigned instructions) {
    note();
    for (unsigned i = 0; i < instructions; ++i) {
        rings.cpu.run(rings.cpu.clock + 1);
    }
}

const cpu::memory_model::Counters& MemoryBench::counters() const {
    return rings.cpu.memory->counters();
}

std::int64_t MemoryBench::added(Adder adder) const {
    const auto ticks = static_cast<std::int64_t>(cpu::traits(rings.cpu.model).ticks_per_clock);
    return (rings.cpu.pipeline->subtotals()[adder] - subtotals_[adder]) / ticks;
}

std::uint64_t MemoryBench::clocks() const {
    return (rings.cpu.clock - clock_) / cpu::traits(rings.cpu.model).ticks_per_clock;
}

std::uint64_t MemoryBench::reads() const {
    return counters().bus_reads - counters_.bus_reads;
}

std::uint64_t MemoryBench::writes() const {
    return counters().bus_writes - counters_.bus_writes;
}

void MemoryBench::note() {
    subtotals_ = rings.cpu.pipeline->subtotals();
    counters_ = counters();
    clock_ = rings.cpu.clock;
}

}  // namespace ringside::test
