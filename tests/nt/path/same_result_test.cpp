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
struct Program {
    std::string name;
    std::vector<std::string> options{};
};
/// The options that place an example's code for ring 0.
std::vector<std::string> ring0(const std::string& name, const std::string& object) {
    return {"--patch", examples + "/" + name + ".patch", "--patch-object",
            examples + "/" + object + ".o"};
}

const std::vector<Program> programs{{"alertable_wait"},
                                    {"apc"},
                                    {"bad_pointer"},
                                    {"bad_service"},
                                    {"callback"},
                                    {"events"},
                                    {"everywhere"},
                                    {"guard_page"},
                                    {"gui_convert"},
                                    {"hello"},
                                    {"hook_idt", ring0("hook_idt", "hook_idt_driver")},
                                    {"preempt", {"--mhz", "33"}},
                                    {"raw_int2e"},
                                    {"raw_sysenter"},
                                    {"readfile"},
                                    {"seh"},
                                    {"ssdt_hook"},
                                    {"ssdt_hook", {"--patch", examples + "/ssdt_hook.patch"}},
                                    {"textbook_sysenter"},
                                    {"threads"},
                                    {"tick_count"},
                                    {"zw_nested", ring0("zw_nested", "zw_nested_driver")}};

std::vector<std::string> with_irqs(std::vector<std::string> options) {
    for (const std::string irq : {"5@200000", "5@250000", "6@300000"}) {
        options.insert(options.end(), {"--irq", irq});
    }
    return options;
}

/// Their output depends on clocks, which the two entries do not share, or there is none.
const std::vector<Program> measured{
    {"deadlock"},
    {"direct_call", ring0("direct_call", "direct_call_service")},
    {"shared_irq", with_irqs(ring0("shared_irq", "shared_irq_driver"))}};

/// The same size again shows that runs are alike; under sanitizers, which are slow, another size
/// has to show both.
#ifdef __SANITIZE_ADDRESS__
const std::vector<std::string> sizes{"1"};
#else
const std::vector<std::string> sizes{"64", "1", "2", "8"};
#endif

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
    std::vector<Program> all = programs;
    all.insert(all.end(), measured.begin(), measured.end());
    for (const Program& program : all) {
        for (const std::string entry : {"int2e", "sysenter"}) {
            const std::string first = trace(program, entry, "jsonl", "64");
            CHECK(first.size() > 500);
            for (const std::string& size : sizes) {
                check_same(program.name + " " + entry + " " + size, first,
                           trace(program, entry, "jsonl", size));
            }
        }
    }
}

TEST_CASE("same result: the readable traces do not depend on the block size either",
          "[nt][path][long]") {
    for (const std::string format : {"text", "tree"}) {
        for (const std::string name : {"readfile", "threads"}) {
            const std::string first = trace({name}, "sysenter", format, "64");
            CHECK(first.size() > 500);
            check_same(name + " " + format, first, trace({name}, "sysenter", format, "1"));
        }
    }
}

}  // namespace ringside::test
