// SPDX-License-Identifier: MIT
#include "cpu/run_time_clocks.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/ensure.hpp"
#include "cpu/decode/decoder.hpp"
#include "cpu/timing/encoding.hpp"

namespace ringside::cpu {
namespace {

/// Components of the instruction at EIP; none when its fetch faults or nothing decodes, since the
/// fault's own path is all that such an instruction costs.
std::uint32_t components_at_eip(Cpu& cpu) {
    constexpr std::uint32_t longest = 15;
    const Segment& cs = cpu.segment(SegmentRegister::cs);
    if (cpu.eip > cs.highest) {
        return 0;
    }
    const std::uint32_t wanted = std::min(cs.highest - cpu.eip, longest - 1) + 1;
    std::array<std::byte, longest> bytes{};
    std::uint32_t fetched = 0;
    DecodeResult result = DecodeResult::needs_more;
    Decoded decoded;
    while (fetched < wanted && result == DecodeResult::needs_more) {
        const LinearAddress at = LinearAddress{cs.base + cpu.eip} + fetched;
        const auto physical = cpu.mmu.resolve(at, mmu::Access::execute, cpu.privilege());
        if (!physical) {
            return 0;
        }
        const std::uint32_t size = std::min(wanted - fetched, page_size - page_offset(at));
        cpu.mmu.memory().read_bytes(*physical, std::span(bytes).subspan(fetched, size));
        fetched += size;
        result = decode(std::span(bytes).first(fetched), cs.is_32bit(), decoded);
    }
    return result == DecodeResult::ok ? timing::components(decoded.instruction) : 0;
}

}  // namespace

void charge_noted_path(Cpu& cpu, const timing::PathCost& path) {
    ensure(path.ticks != timing::PathCost::lacking, "a path that the model lacks");
    cpu.clock += path.ticks;
    cpu.assumed_figures += path.assumed ? 1U : 0U;
    if (path.plus_m) {
        cpu.clock += components_at_eip(cpu);
    }
}

void pay_refill(Cpu& cpu) {
    pay_refill(cpu, components_at_eip(cpu));
}

}  // namespace ringside::cpu
