// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <unistd.h>
#include <embedded/measure.hpp>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "measure/report.hpp"
#include "measure/ring_loop.hpp"
#include "profile/profiler.hpp"

namespace ringside::cli {
namespace {

using measure::Way;

struct Subject {
    const char* cpu;
    Way way;
};
/// SYSENTER came with the Pentium II.
constexpr Subject subjects[] = {{"i386", Way::int2e},
                                {"i486", Way::int2e},
                                {"pentium", Way::int2e},
                                {"p6", Way::int2e},
                                {"p6", Way::sysenter}};
constexpr Subject timed_subjects[] = {{"p6", Way::int2e}, {"p6", Way::sysenter}};

/// The service that close_nothing.exe calls.
constexpr const char* null_service = "NtClose";

WorldOptions null_call_world(const CommandLine& line, const Subject& subject,
                             std::uint64_t rounds) {
    WorldOptions options = line.world;
    options.program = "close_nothing.exe";
    options.carried_program = embedded::close_nothing_exe();
    options.arguments = {std::to_string(rounds)};
    options.cpu = subject.cpu;
    options.entry = subject.way == Way::sysenter ? "sysenter" : "int2e";
    return options;
}

void run_to_the_end(World& world) {
    const guest::StopReason stop = world.run({});
    ensure(stop.kind == guest::StopKind::guest_exit && stop.status == 0,
           fmt::format("close_nothing.exe ends by itself: {}", stop.message));
}

profile::Profile profile_null_calls(const WorldOptions& options, measure::RoundTrip& trip,
                                    std::string& service_body) {
    host::HostConsole console(was_interrupted);
    World world(options, console, {});
    world.boot();
    profile::Profiler profiler(world.machine(), world.personality());
    run_to_the_end(world);
    trip.assumed = world.has_assumed_clocks();
    service_body = world.service_body();
    return profiler.finish();
}

measure::RoundTrip measure_null_calls(const CommandLine& line, const Subject& subject,
                                      std::string& service_body) {
    const std::uint64_t rounds = line.bench.rounds;
    measure::RoundTrip facts;
    const auto few =
        profile_null_calls(null_call_world(line, subject, rounds), facts, service_body);
    const auto many =
        profile_null_calls(null_call_world(line, subject, 2 * rounds), facts, service_body);
    measure::RoundTrip trip = measure::round_trip({few, many, rounds}, null_service);
    trip.guest = line.world.os;
    trip.assumed = facts.assumed;
    trip.entry = subject.way == Way::sysenter ? "sysenter" : "int 2Eh";
    return trip;
}

std::chrono::nanoseconds time_null_calls(const CommandLine& line, const Subject& subject,
                                         std::uint64_t rounds) {
    using clock = std::chrono::steady_clock;
    host::HostConsole console(was_interrupted);
    World world(null_call_world(line, subject, rounds), console, {});
    world.boot();
    const auto begins = clock::now();
    run_to_the_end(world);
    return clock::now() - begins;
}

guest::MachineConfig bare_machine(const CommandLine& line, const Subject& subject) {
    WorldOptions options = line.world;
    options.cpu = subject.cpu;
    return machine_config(options);
}

/// Start-up is in both times and in neither's difference.
template <typename Time>
double million_rounds_a_second(std::uint64_t rounds, const Time& time) {
    const auto start_up = time(std::uint64_t{1});
    const auto all = time(rounds + 1);
    const double seconds = std::chrono::duration<double>(all - start_up).count();
    return seconds > 0 ? static_cast<double>(rounds) / seconds / 1e6 : 0;
}

measure::Report measured(const CommandLine& line) {
    measure::Report report;
    report.published = measure::published_measurements();
    for (const Subject& subject : subjects) {
        auto trip =
            measure::measure_ring_loop(bare_machine(line, subject), subject.way, line.bench.rounds);
        trip.cpu = subject.cpu;
        report.trips.push_back(std::move(trip));
    }
    for (const Subject& subject : subjects) {
        auto trip = measure_null_calls(line, subject, report.service_body);
        trip.cpu = subject.cpu;
        report.trips.push_back(std::move(trip));
    }
    const std::uint64_t rounds = line.bench.timed_rounds;
    if (rounds == 0) {
        return report;
    }
    for (const Subject& subject : timed_subjects) {
        const char* const entry = subject.way == Way::sysenter ? "sysenter" : "int 2Eh";
        report.speeds.push_back({"bare", entry, million_rounds_a_second(rounds, [&](auto n) {
                                     return measure::time_ring_loop(bare_machine(line, subject),
                                                                    subject.way, n);
                                 })});
        report.speeds.push_back({line.world.os, entry, million_rounds_a_second(rounds, [&](auto n) {
                                     return time_null_calls(line, subject, n);
                                 })});
    }
    return report;
}

}  // namespace

int bench_command(const CommandLine& line) {
    if (line.world.os == "bare") {
        throw InputError(2, "--os bare: the bare loops are measured anyhow; name a system");
    }
    Output output(line.output.file, STDOUT_FILENO);
    const measure::Report report = measured(line);
    output.write(line.bench.format == "tsv" ? measure::tsv_text(report)
                                            : measure::markdown_text(report));
    output.flush();
    return 0;
}

}  // namespace ringside::cli
