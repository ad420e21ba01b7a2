// SPDX-License-Identifier: MIT
// The machine is deterministic: entry, run and block size change no result of a program, and the
// last two not one byte of its trace.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "nt/profile.hpp"
#include "support/process.hpp"

namespace ringside::test {

namespace {

const std::string examples = RINGSIDE_EXAMPLES;
const std::string patch = examples + "/ssdt_hook.patch";

struct Program {
    std::string name;
    std::vector<std::string> options{};
};
const std::vector<Program> programs{{"bad_pointer"},       {"bad_service"},
                                    {"guard_page"},        {"hello"},
                                    {"raw_int2e"},         {"raw_sysenter"},
                                    {"readfile"},          {"seh"},
                                    {"ssdt_hook"},         {"ssdt_hook", {"--patch", patch}},
                                    {"textbook_sysenter"}, {"threads"},
                                    {"tick_count"}};

Finished run_with(const std::string& command, const Program& program,
                  std::vector<std::string> options) {
    std::vector<std::string> arguments{command};
    arguments.insert(arguments.end(), program.options.begin(), program.options.end());
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(examples + "/" + program.name + ".exe");
    return ringside(arguments);
}

/// The whole trace, from the kernel's first instruction on, with clocks and statistics.
std::string trace(const Program& program, const std::string& entry, const std::string& format,
                  const std::string& block_size) {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/trace";
    const Finished finished =
        run_with("trace", program,
                 {"--entry", entry, "--startup", "--frames", "--stats", "--format", format,
                  "--block-size", block_size, "--output", file});
    return text_of_file(file) + finished.output + std::to_string(finished.status);
}

/// Not by CHECK(a == b): nobody wants to read both traces.
void check_same(const std::string& name, const std::string& one, const std::string& other) {
    const auto differs = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
    const auto at = static_cast<std::size_t>(differs.first - one.begin());
    INFO(name << " differs at byte " << at << ":\n"
              << one.substr(at - std::min<std::size_t>(at, 200), 400) << "\n-- and --\n"
              << other.substr(at - std::min<std::size_t>(at, 200), 400));
    CHECK((differs.first == one.end() && differs.second == other.end()));
}

}  // namespace

TEST_CASE("same result: both entries serve the same", "[nt][path]") {
    for (const Program& program : programs) {
        const Finished gate = run_with("run", program, {"--entry", "int2e"});
        const Finished fast = run_with("run", program, {"--entry", "sysenter"});
        INFO(program.name);
        CHECK(gate.status == fast.status);
        CHECK(gate.output == fast.output);
        CHECK_FALSE(gate.output.empty());
    }
}

TEST_CASE("same result: every system serves the same by both entries", "[nt][path]") {
    for (const std::string name : {"bad_pointer", "everywhere", "guard_page", "readfile", "seh"}) {
        const Finished known = run_with("run", {name}, {});
        CHECK_FALSE(known.output.empty());
        for (const std::string& os : nt::profile_names()) {
            for (const std::string entry : {"int2e", "sysenter"}) {
                const Finished here = run_with("run", {name}, {"--os", os, "--entry", entry});
                INFO(name << " on " << os << " by " << entry << "\n" << here.error);
                CHECK(here.status == known.status);
                CHECK(here.output == known.output);
            }
        }
    }
}

TEST_CASE("same result: two runs leave the same trace, and so does any block size",
          "[nt][path][long]") {
    for (const Program& program : programs) {
        for (const std::string entry : {"int2e", "sysenter"}) {
            for (const std::string format : {"text", "tree", "jsonl"}) {
                const std::string first = trace(program, entry, format, "64");
                CHECK(first.size() > 500);
                for (const std::string size : {"64", "1", "2", "8"}) {
                    check_same(program.name + " " + entry + " " + format + " " + size, first,
                               trace(program, entry, format, size));
                }
            }
        }
    }
}

}  // namespace ringside::test
