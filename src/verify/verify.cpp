// SPDX-License-Identifier: MIT
#include "verify/verify.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "trace/tracer.hpp"
#include "trace/words.hpp"
#include "verify/locate.hpp"
#include "verify/memory.hpp"
#include "verify/processor_state.hpp"
#include "verify/trace_digest.hpp"

namespace ringside::verify {
namespace {

constexpr std::size_t most_registers = 4;

/// A run at its end.
struct Outcome {
    std::unique_ptr<Subject> subject;
    guest::StopReason stop;
    std::string output;
    std::vector<std::uint64_t> trace;
    std::string trace_difference;
};

Outcome run(const MakeSubject& make, const Way& way, guest::Limits limits,
            const std::vector<std::uint64_t>* expected_trace) {
    Outcome outcome;
    outcome.subject = make(way);
    limits.single_steps = way.single_steps;
    if (way.traced) {
        TraceDigest digest(expected_trace);
        trace::Tracer tracer(outcome.subject->machine(), outcome.subject->personality(), digest,
                             true);
        outcome.stop = outcome.subject->run(limits);
        tracer.finish();
        outcome.trace = digest.records();
        outcome.trace_difference = digest.difference();
    } else {
        outcome.stop = outcome.subject->run(limits);
    }
    outcome.output = outcome.subject->output();
    return outcome;
}

std::uint64_t ticks(const Outcome& outcome) {
    return outcome.subject->machine().cpu().clock;
}

std::vector<std::string> differences(const Outcome& expected, const Outcome& here) {
    std::vector<std::string> lines;
    if (expected.stop.kind != here.stop.kind || expected.stop.status != here.stop.status) {
        lines.push_back(fmt::format("end: {} {:08X}, here {} {:08X}",
                                    trace::stop_word(expected.stop.kind), expected.stop.status,
                                    trace::stop_word(here.stop.kind), here.stop.status));
    }
    for (std::string& line :
         ProcessorState(expected.subject->machine().cpu())
             .differences(ProcessorState(here.subject->machine().cpu()), most_registers)) {
        lines.push_back("at the end: " + std::move(line));
    }
    if (const auto byte = first_difference(expected.subject->machine().memory(),
                                           here.subject->machine().memory())) {
        lines.push_back(fmt::format("at the end: memory at {} {:02X}, here {:02X}", byte->at,
                                    byte->first, byte->second));
    }
    if (expected.output != here.output) {
        const auto at = std::mismatch(expected.output.begin(), expected.output.end(),
                                      here.output.begin(), here.output.end())
                            .first;
        lines.push_back(fmt::format("output: from byte {} on", at - expected.output.begin()));
    }
    if (!here.trace_difference.empty()) {
        lines.push_back("trace: " + here.trace_difference);
    }
    return lines;
}

std::string clock_text(std::uint64_t tick, std::uint64_t ticks_per_clock) {
    return ticks_per_clock == 1 ? fmt::format("{}", tick)
                                : fmt::format("{}.{:03}", tick / ticks_per_clock,
                                              tick % ticks_per_clock * 1000 / ticks_per_clock);
}

std::string place_text(const Place& place, std::uint64_t ticks_per_clock) {
    if (!place.exact) {
        return fmt::format(
            "      first between the clocks {} and {}; watched closer, it goes away\n",
            clock_text(place.from_tick, ticks_per_clock),
            clock_text(place.to_tick, ticks_per_clock));
    }
    std::string text =
        fmt::format("      first at {} (EIP {:08X}), clock {}: {}\n", place.at, place.eip,
                    clock_text(place.from_tick, ticks_per_clock), place.instruction);
    for (const std::string& line : place.differences) {
        text += fmt::format("        behind it {}\n", line);
    }
    return text;
}

}  // namespace

std::vector<Way> all_ways() {
    return {{"blocks of 1", 1, false, true},  {"blocks of 2", 2, false, true},
            {"blocks of 8", 8, false, true},  {"blocks of 64", 64, false, true},
            {"single steps", 64, true, true}, {"blocks of 64, unwatched", 64, false, false}};
}

Result verify(const MakeSubject& make, const Request& request,
              const std::function<void(std::string_view)>& write) {
    std::optional<Outcome> expected;
    bool all_equal = true;
    for (const Way& way : request.ways) {
        Outcome here = run(make, way, request.limits, expected ? &expected->trace : nullptr);
        const std::uint64_t ticks_per_clock =
            cpu::traits(here.subject->machine().cpu().model).ticks_per_clock;
        if (here.stop.kind == guest::StopKind::interrupted ||
            here.stop.kind == guest::StopKind::time_limit) {
            write(fmt::format("{}: {}\n", way.name, here.stop.message));
            return Result::unfinished;
        }
        if (!expected) {
            if (!request.quiet) {
                write(fmt::format("      {}: {} clocks, {} records, {}\n", way.name,
                                  clock_text(ticks(here), ticks_per_clock), here.trace.size(),
                                  trace::stop_word(here.stop.kind)));
            }
            expected = std::move(here);
            continue;
        }
        const std::vector<std::string> lines = differences(*expected, here);
        if (lines.empty()) {
            if (!request.quiet) {
                write(fmt::format("equal {}\n", way.name));
            }
            continue;
        }
        all_equal = false;
        write(fmt::format("DIFFERS {}, from {}\n", way.name, request.ways.front().name));
        for (const std::string& line : lines) {
            write(fmt::format("      {}\n", line));
        }
        const std::uint64_t end = std::max(ticks(*expected), ticks(here)) + 1;
        write(place_text(locate(make, request.ways.front(), way, end, request.limits),
                         ticks_per_clock));
    }
    return all_equal ? Result::equal : Result::differs;
}

}  // namespace ringside::verify
