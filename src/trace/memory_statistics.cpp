// SPDX-License-Identifier: MIT
#include "trace/memory_statistics.hpp"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "cpu/memory_model/memory_model.hpp"

namespace ringside::trace {
namespace {

/// Nothing for what was never looked at: the processor lacks it, or shares another one.
std::string looked_up(std::string_view what, std::uint64_t hits, std::uint64_t misses) {
    return hits + misses == 0 ? std::string{}
                              : fmt::format("{:<24}{:>14} hits, {} misses\n", what, hits, misses);
}

}  // namespace

std::string memory_text(const cpu::Cpu& cpu) {
    if (!cpu.memory) {
        return {};
    }
    const auto& c = cpu.memory->counters();
    std::string out = looked_up("pages of data", c.tlb_hits, c.tlb_misses) +
                      looked_up("pages of code", c.code_tlb_hits, c.code_tlb_misses) +
                      looked_up("lines of data", c.cache_hits, c.cache_misses) +
                      looked_up("lines of code", c.code_cache_hits, c.code_cache_misses) +
                      looked_up("second-level cache", c.second_level_hits, c.second_level_misses);
    if (c.bus_reads + c.bus_writes != 0) {
        out += fmt::format("{:<24}{:>14} reads, {} writes\n", "bus cycles of data", c.bus_reads,
                           c.bus_writes);
    }
    return out;
}

}  // namespace ringside::trace
