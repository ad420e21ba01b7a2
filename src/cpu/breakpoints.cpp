// SPDX-License-Identifier: MIT
#include "cpu/breakpoints.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ringside::cpu {
namespace {

/// The R/W field of DR7. Without CR4.DE the value for ports is undefined; nothing matches it here.
enum class WaitsFor : std::uint8_t { instruction, data_write, port, data };

struct Breakpoint {
    WaitsFor condition;
    std::uint32_t start;
    std::uint32_t length;
};

constexpr unsigned breakpoints = 4;

Breakpoint breakpoint(const Cpu& cpu, unsigned n) {
    // The third length came with later processors; a P6 leaves it undefined.
    static constexpr std::array<std::uint32_t, 4> lengths{1, 2, 8, 4};
    const std::uint32_t field = cpu.dr7 >> (16 + 4 * n);
    const std::uint32_t length = lengths.at((field >> 2) & 3U);
    return {static_cast<WaitsFor>(field & 3U), cpu.dr.at(n) & ~(length - 1), length};
}

/// A bit for each breakpoint that is enabled.
std::uint32_t enabled(const Cpu& cpu) {
    std::uint32_t bits = 0;
    for (unsigned n = 0; n < breakpoints; ++n) {
        bits |= ((cpu.dr7 >> (2 * n)) & 3U) != 0 ? 1U << n : 0U;
    }
    return bits;
}

std::uint32_t kind_of(const Cpu& cpu, WaitsFor condition) {
    switch (condition) {
        case WaitsFor::instruction: return breakpoint_kind::instruction;
        case WaitsFor::data_write:
        case WaitsFor::data: return breakpoint_kind::data;
        case WaitsFor::port: return (cpu.cr4 & cr4::de) != 0 ? breakpoint_kind::port : 0U;
    }
    return 0;
}

/// A bit for each breakpoint, enabled or not, that `matches`.
template <typename Matches>
std::uint32_t matching(const Cpu& cpu, const Matches& matches) {
    std::uint32_t bits = 0;
    for (unsigned n = 0; n < breakpoints; ++n) {
        bits |= matches(breakpoint(cpu, n)) ? 1U << n : 0U;
    }
    return bits;
}

bool overlap(const Breakpoint& b, std::uint32_t start, std::uint32_t size) {
    return b.start - start < size || start - b.start < b.length;
}

}  // namespace

std::uint32_t armed_kinds(const Cpu& cpu) {
    std::uint32_t kinds = cpu.watches().empty() ? 0U : breakpoint_kind::watch;
    kinds |= cpu.stepping() ? breakpoint_kind::step : 0U;
    for (unsigned n = 0; n < breakpoints; ++n) {
        if ((enabled(cpu) >> n & 1U) != 0) {
            kinds |= kind_of(cpu, breakpoint(cpu, n).condition);
        }
    }
    return kinds;
}

std::uint32_t instruction_breakpoints(const Cpu& cpu, LinearAddress a) {
    std::uint32_t bits = 0;
    for (unsigned n = 0; n < breakpoints; ++n) {
        const bool here =
            breakpoint(cpu, n).condition == WaitsFor::instruction && cpu.dr.at(n) == a.value;
        bits |= here ? 1U << n : 0U;
    }
    return (bits & enabled(cpu)) != 0 ? bits : 0;
}

void note_data(Cpu& cpu, LinearAddress a, std::uint32_t size, mmu::Access access) {
    cpu.breakpoints_hit |= matching(cpu, [&](const Breakpoint& b) {
        const bool wanted = b.condition == WaitsFor::data ||
                            (b.condition == WaitsFor::data_write && access == mmu::Access::write);
        return wanted && overlap(b, a.value, size);
    });
}

void note_watched(Cpu& cpu, LinearAddress a, std::uint32_t size, mmu::Access access) {
    const ExecutionPoint here = cpu.point();
    const MemoryAccess told{a, size, access == mmu::Access::write, here.cs,
                            cpu.at != nullptr ? cpu.eip_of(cpu.at) : here.eip};
    const bool wanted = std::any_of(cpu.watches().begin(), cpu.watches().end(),
                                    [&](const Watch& watch) { return watch.covers(told); });
    if (wanted && cpu.observer != nullptr) {
        cpu.observer->accessed(told);
    }
}

void note_ports(Cpu& cpu, std::uint32_t port, std::uint32_t size) {
    cpu.breakpoints_hit |= matching(cpu, [&](const Breakpoint& b) {
        return b.condition == WaitsFor::port && overlap(b, port, size);
    });
}

void gather_breakpoints(Cpu& cpu) {
    const std::uint32_t hit = std::exchange(cpu.breakpoints_hit, 0U);
    if ((hit & enabled(cpu)) != 0) {
        cpu.debug_traps |= hit;
    }
}

}  // namespace ringside::cpu
