// SPDX-License-Identifier: MIT
#include "measure/ring_loop.hpp"

#include <utility>

#include <fmt/format.h>
#include <embedded/measure.hpp>

#include "base/ensure.hpp"
#include "cpu/assumed_clocks.hpp"
#include "guest/bare.hpp"
#include "profile/profiler.hpp"

namespace ringside::measure {
namespace {

constexpr PhysicalAddress base{0x100000};
constexpr PhysicalAddress rounds_at{0x100008};
constexpr PhysicalAddress by_sysenter_at{0x10000C};

guest::BareConfig bare_config(Way way, std::uint64_t rounds) {
    const auto bytes = embedded::ring_loop_flat();
    guest::BareConfig config;
    config.images.push_back({"ring_loop", base, {bytes.begin(), bytes.end()}});
    config.pokes.push_back({rounds_at, static_cast<std::uint32_t>(rounds)});
    config.pokes.push_back({by_sysenter_at, way == Way::sysenter ? 1U : 0U});
    return config;
}

guest::MachineConfig small(guest::MachineConfig config) {
    config.memory_bytes = std::uint64_t{4} << 20;
    return config;
}

profile::Profile run_profiled(const guest::MachineConfig& config, Way way, std::uint64_t rounds) {
    guest::Machine machine(small(config));
    guest::Bare loop(bare_config(way, rounds));
    loop.boot(machine);
    profile::Profiler profiler(machine, loop);
    const guest::StopReason stop = machine.run(loop);
    ensure(stop.kind == guest::StopKind::guest_exit,
           fmt::format("the ring loop ends by HLT: {}", stop.message));
    profile::Profile profile = profiler.finish();
    profile.assumed = cpu::has_assumed_clocks(machine.cpu());
    return profile;
}

}  // namespace

RoundTrip measure_ring_loop(const guest::MachineConfig& config, Way way, std::uint64_t rounds) {
    const profile::Profile few = run_profiled(config, way, rounds);
    const profile::Profile many = run_profiled(config, way, 2 * rounds);
    RoundTrip trip = round_trip({few, many, rounds});
    trip.guest = "bare";
    trip.assumed = many.assumed;
    trip.entry = way == Way::sysenter ? "sysenter" : "int 2Eh";
    return trip;
}

std::chrono::nanoseconds time_ring_loop(const guest::MachineConfig& config, Way way,
                                        std::uint64_t rounds) {
    using clock = std::chrono::steady_clock;
    guest::Machine machine(small(config));
    guest::Bare loop(bare_config(way, rounds));
    loop.boot(machine);
    const auto begins = clock::now();
    static_cast<void>(machine.run(loop));
    return clock::now() - begins;
}

}  // namespace ringside::measure
