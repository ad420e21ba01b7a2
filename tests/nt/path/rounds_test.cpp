// SPDX-License-Identifier: MIT
// Blocking in the middle of a service, callbacks inside it, preemption, quanta and user APCs, all
// at once: four threads, 10,000 rounds, and not one byte depends on the run or the block size.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace ringside::test {
namespace {

const std::string program = std::string(RINGSIDE_PATH_PROGRAMS) + "/rounds.exe";

struct Play {
    std::string trace;
    Finished finished;
};

/// Sanitizers are slow: there the runs are cut at a clock, which is as good a place to compare.
#ifdef __SANITIZE_ADDRESS__
const std::vector<std::string> limit{"--max-cycles", "20000000"};
constexpr int expected_status = 124;
#else
const std::vector<std::string> limit;
constexpr int expected_status = 0;
#endif

/// With clocks and statistics; `--format jsonl` has every field of every passage.
Play play(const std::string& entry, const std::string& block_size) {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/trace";
    Play result;
    std::vector<std::string> arguments{"trace", "--entry",      entry,      "--stats",  "--format",
                                       "jsonl", "--block-size", block_size, "--output", file};
    arguments.insert(arguments.end(), limit.begin(), limit.end());
    arguments.push_back(program);
    result.finished = ringside(arguments);
    result.trace = text_of_file(file);
    return result;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("rounds: four threads, callbacks that wait, preemption: every round is played",
          "[nt][path]") {
    for (const std::string entry : {"int2e", "sysenter"}) {
        const Finished finished = ringside({"run", "--entry", entry, program});
        INFO(entry << "\n" << finished.output << finished.error);
        REQUIRE(finished.status == 0);
        // 2500 rounds, every eighth with a callback in the callback, every 64th with an APC.
        for (const std::string thread : {"0", "1", "2", "3"}) {
            CHECK(contains(finished.output,
                           "thread " + thread + ": 2500 rounds, 2812 callbacks, 39 APCs\n"));
        }
        CHECK(contains(finished.output, "10000 rounds, order "));
    }
}

TEST_CASE("rounds: two runs and every block size leave the same trace", "[nt][path][long]") {
    for (const std::string entry : {"int2e", "sysenter"}) {
        const Play first = play(entry, "64");
        REQUIRE(first.finished.status == expected_status);
        for (const std::string size : {"64", "1", "8"}) {
            const Play again = play(entry, size);
            INFO(entry << ", block size " << size);
            CHECK(again.finished.output == first.finished.output);
            CHECK(again.finished.error == first.finished.error);
            // Not by CHECK(a == b): nobody wants to read both traces.
            CHECK(again.trace.size() == first.trace.size());
            CHECK(std::equal(again.trace.begin(), again.trace.end(), first.trace.begin(),
                             first.trace.end()));
        }
    }
}

}  // namespace ringside::test
