// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/archive.hpp"
#include "base/sha256.hpp"
#include "check/case.hpp"
#include "cli/case_world.hpp"
#include "cli/command_line.hpp"
#include "cli/file.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "snapshot/timeline.hpp"

using namespace ringside;
using snapshot::BackStop;
using snapshot::Position;
using snapshot::Timeline;

namespace {

/// A run that can go back, and what it looks like from outside.
struct Run {
    host::CapturedConsole console;
    cli::World world;

    explicit Run(const cli::WorldOptions& options, const std::string& input = {})
        : console(input), world(options, console, {}, host::Journal::Keeps::answers) {
        world.boot();
    }

    /// Everything that the rest of the run can depend on, in one number. Which pages hold decoded
    /// code is not among it.
    [[nodiscard]] Sha256::Digest state() {
        Archive archive;
        world.machine().cpu().persist(archive);
        world.personality().persist(archive);
        const auto& memory = world.machine().memory();
        for (const PhysicalAddress page : memory.touched_pages()) {
            const std::span<std::byte> bytes(memory.host(page), page_size);
            if (std::any_of(bytes.begin(), bytes.end(),
                            [](std::byte b) { return b != std::byte{}; })) {
                std::uint32_t at = page.value;
                archive.number(at);
                archive.bytes(bytes);
            }
        }
        return Sha256::of(archive.written());
    }
    [[nodiscard]] std::uint32_t eip() { return world.machine().cpu().eip; }
};

cli::WorldOptions program(std::initializer_list<const char*> arguments) {
    std::vector<const char*> line{"ringside", "run"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return cli::parse_command_line(static_cast<int>(line.size()), line.data()).world;
}

std::string example(const std::string& name) {
    return std::string(RINGSIDE_EXAMPLES) + "/" + name;
}

/// Stops where control reaches an address, and counts how often it did.
class Breakpoint final : public cpu::CpuObserver {
  public:
    Breakpoint(guest::Machine& machine, LinearAddress at) : machine_(machine) {
        machine_.observers().add(*this, {at.value});
    }
    Breakpoint(const Breakpoint&) = delete;
    Breakpoint& operator=(const Breakpoint&) = delete;
    ~Breakpoint() override { machine_.observers().remove(*this); }
    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {
        ++hits;
        machine_.stop();
    }
    int hits = 0;

  private:
    guest::Machine& machine_;
};

/// Stops behind instructions that write a place.
class Watchpoint final : public cpu::CpuObserver {
  public:
    Watchpoint(guest::Machine& machine, LinearAddress at) : machine_(machine) {
        machine_.observers().add(*this, {}, guest::ControlFlow::ignored, {{at, 4, false, true}});
    }
    Watchpoint(const Watchpoint&) = delete;
    Watchpoint& operator=(const Watchpoint&) = delete;
    ~Watchpoint() override { machine_.observers().remove(*this); }
    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {}
    void accessed(const cpu::MemoryAccess& access) override {
        eip = access.eip;
        machine_.stop();
    }
    std::uint32_t eip = 0;

  private:
    guest::Machine& machine_;
};

/// Runs to the end, looking at the state a few times; then goes to and fro between those places.
void goes_back(const cli::WorldOptions& options, const std::string& input,
               std::uint64_t last_tick) {
    Run run(options, input);
    Timeline timeline(run.world, {.spacing = 50'000, .checkpoints = 8});
    std::vector<Position> places{timeline.position()};
    std::vector<Sha256::Digest> states{run.state()};
    const std::uint64_t first = places.front().tick;
    const guest::Limits limits{.max_cycles = 300'000'000};
    for (std::uint64_t part = 1; part < 6; ++part) {
        guest::Limits to = limits;
        to.pause_at = first + (last_tick - first) * part / 6;
        if (timeline.run(to).kind != guest::StopKind::paused) {
            break;
        }
        places.push_back(timeline.position());
        states.push_back(run.state());
    }
    const guest::StopReason stop = timeline.run(limits);
    places.push_back(timeline.position());
    states.push_back(run.state());
    const std::string output = run.console.output();

    for (const std::size_t place : {std::size_t{1}, places.size() - 1, std::size_t{0},
                                    places.size() / 2, places.size() - 2}) {
        INFO("place " << place << " of " << places.size() << ", tick " << places[place].tick);
        REQUIRE(timeline.seek(places[place]));
        CHECK(timeline.position() == places[place]);
        CHECK(run.state() == states[place]);
    }
    REQUIRE(timeline.seek(places[1]));
    const guest::StopReason again = timeline.run(limits);
    CHECK(again.kind == stop.kind);
    CHECK(again.status == stop.status);
    CHECK(timeline.position() == places.back());
    CHECK(run.state() == states.back());
    CHECK(run.console.output() == output);  // nothing was written twice
}

}  // namespace

TEST_CASE("every example can be gone back through, and comes out the same",
          "[snapshot][examples]") {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(RINGSIDE_SOURCE) + "/examples")) {
        if (!entry.path().string().ends_with(".case.toml")) {
            continue;
        }
        for (const check::Variation& variation : check::variations(
                 check::parse_case(entry.path().string(), cli::read_text_file(entry.path())))) {
            const check::Case& one = variation.one;
            const std::string& way = variation.label;
            const auto line = cli::command_line_of(one, variation.entry, {RINGSIDE_EXAMPLES});
            INFO(entry.path().filename().string() << " " << way);
            Run plain(line.world, one.input);
            static_cast<void>(plain.world.run({.max_cycles = 300'000'000}));
            goes_back(line.world, one.input, plain.world.machine().cpu().clock);
        }
    }
}

TEST_CASE("a step back undoes a step, across gates too", "[snapshot]") {
    for (const char* const entry : {"int2e", "sysenter"}) {
        const std::string name = example("hello.exe");
        Run run(program({"--entry", entry, name.c_str()}));
        Timeline timeline(run.world, {.spacing = 10'000});
        const auto gate = run.world.personality().symbols().find("ntdll!NtWriteFile");
        REQUIRE(gate.has_value());
        {
            const Breakpoint at_stub(run.world.machine(), *gate);
            REQUIRE(timeline.run().kind == guest::StopKind::observer);
        }
        CHECK(run.eip() == gate->value);
        std::vector<Position> places{timeline.position()};
        std::vector<Sha256::Digest> states{run.state()};
        bool in_kernel = false;
        for (int i = 0; i < 40; ++i) {
            CHECK(timeline.step().kind == guest::StopKind::paused);
            in_kernel = in_kernel || run.world.machine().cpu().cpl == 0;
            places.push_back(timeline.position());
            states.push_back(run.state());
            CHECK(places.back() > places[places.size() - 2]);
        }
        CHECK(in_kernel);
        for (std::size_t i = places.size() - 1; i-- > 0;) {
            REQUIRE(timeline.step_back());
            CHECK(timeline.position() == places[i]);
            CHECK(run.state() == states[i]);
        }
        CHECK(run.world.machine().cpu().cpl == 3);
        CHECK(timeline.replaying());
        REQUIRE(timeline.seek(places.back()));
        CHECK_FALSE(timeline.replaying());
    }
}

TEST_CASE("a run backwards stops at the last hit of a breakpoint, then at the one before",
          "[snapshot]") {
    const std::string name = example("readfile.exe");
    const std::string mount = "C:\\data=" + std::string(RINGSIDE_SOURCE) + "/examples";
    Run run(program({"--mount", mount.c_str(), name.c_str()}));
    Timeline timeline(run.world, {.spacing = 5'000});
    const auto close = run.world.personality().symbols().find("ntdll!NtClose");
    REQUIRE(close.has_value());
    Breakpoint breakpoint(run.world.machine(), *close);
    std::vector<Position> hits;
    while (timeline.run().kind == guest::StopKind::observer) {
        hits.push_back(timeline.position());
    }
    REQUIRE(hits.size() >= 2);
    const std::string output = run.console.output();
    for (std::size_t i = hits.size(); i-- > 0;) {
        const BackStop back = timeline.run_back();
        CHECK(back.kind == BackStop::Kind::observer);
        CHECK(back.at == hits[i]);
        CHECK(run.eip() == close->value);
    }
    const BackStop begin = timeline.run_back();
    CHECK(begin.kind == BackStop::Kind::beginning);
    CHECK(begin.at == timeline.begin());
    for (const Position& hit : hits) {
        CHECK(timeline.run().kind == guest::StopKind::observer);
        CHECK(timeline.position() == hit);
    }
    static_cast<void>(timeline.run());
    CHECK(run.console.output() == output);
}

TEST_CASE("a run backwards finds who wrote a place", "[snapshot]") {
    const std::string name = example("hello.exe");
    Run run(program({name.c_str()}));
    Timeline timeline(run.world, {.spacing = 20'000});
    // Every stub's CALL leads here.
    const auto gate = run.world.personality().symbols().find("ntdll!KiFastSystemCall");
    REQUIRE(gate.has_value());
    {
        const Breakpoint at_gate(run.world.machine(), *gate);
        REQUIRE(timeline.run().kind == guest::StopKind::observer);
    }
    const LinearAddress top{run.world.machine().cpu().registers[cpu::GeneralRegister::esp]};
    const Position here = timeline.position();
    const Watchpoint watch(run.world.machine(), top);
    const BackStop back = timeline.run_back();
    CHECK(back.kind == BackStop::Kind::observer);
    CHECK(back.at.tick == here.tick);  // the CALL that led here pushed it
    CHECK(back.at.step == here.step);
    REQUIRE(timeline.step_back());
    CHECK(run.eip() == watch.eip);
    CHECK(timeline.position() < here);
    const BackStop before = timeline.run_back();
    CHECK(before.at < here);
}

TEST_CASE("positions do not depend on how a place was reached, nor on the block size",
          "[snapshot]") {
    for (const char* const timing : {"table", "pipe", "memory", "count"}) {
        std::vector<Position> places[2];
        int way = 0;
        for (const char* const block : {"64", "1"}) {
            const std::string name = example("threads.exe");
            Run run(program(
                {"--cpu", "pentium", "--timing", timing, "--block-size", block, name.c_str()}));
            Timeline timeline(run.world, {.spacing = 30'000});
            const auto stub = run.world.personality().symbols().find("nt!KiSystemService");
            REQUIRE(stub.has_value());
            const Breakpoint breakpoint(run.world.machine(), *stub);
            for (int i = 0; i < 20 && timeline.run().kind == guest::StopKind::observer; ++i) {
                places[way].push_back(timeline.position());
                static_cast<void>(timeline.step());
                static_cast<void>(timeline.step());
                places[way].push_back(timeline.position());
            }
            ++way;
        }
        INFO(timing);
        CHECK(places[0].size() > 10);
        CHECK(places[0] == places[1]);
    }
}

TEST_CASE("a change from outside begins the timeline anew", "[snapshot]") {
    const std::string name = example("hello.exe");
    Run run(program({name.c_str()}));
    Timeline timeline(run.world);
    CHECK(timeline.run({.pause_at = run.world.machine().cpu().clock + 5'000'000}).kind ==
          guest::StopKind::paused);
    const Position here = timeline.position();
    run.world.machine().cpu().registers[cpu::GeneralRegister::ebp] += 0;
    timeline.changed();
    CHECK(timeline.begin() == Position{here.tick, 0});
    CHECK_FALSE(timeline.step_back());
    CHECK(timeline.run().kind == guest::StopKind::guest_exit);
    CHECK(timeline.run().kind == guest::StopKind::guest_exit);
    CHECK(timeline.bytes() > 0);
}

TEST_CASE("a forgotten future is run for the first time again, and the past stays", "[snapshot]") {
    const std::string name = example("hello.exe");
    Run run(program({name.c_str()}));
    Timeline timeline(run.world);
    const Position begin = timeline.begin();
    const auto stub = run.world.personality().symbols().find("nt!NtWriteFile");
    REQUIRE(stub.has_value());
    std::optional<Breakpoint> breakpoint(std::in_place, run.world.machine(), *stub);
    REQUIRE(timeline.run().kind == guest::StopKind::observer);
    const Position call = timeline.position();
    breakpoint.reset();
    REQUIRE(timeline.run().kind == guest::StopKind::guest_exit);
    const std::string written = run.console.output();
    const Position end = timeline.end();

    REQUIRE(timeline.seek(call));
    timeline.forget_future();
    CHECK_FALSE(timeline.replaying());
    CHECK(timeline.end() == call);
    CHECK(timeline.begin() == begin);
    REQUIRE(timeline.run().kind == guest::StopKind::guest_exit);
    CHECK(run.console.output() == written + written);
    CHECK(timeline.end() == end);

    REQUIRE(timeline.seek(begin));
    REQUIRE(timeline.run().kind == guest::StopKind::guest_exit);
    CHECK(run.console.output() == written + written);
}

TEST_CASE("a run backwards can be given up between checkpoints", "[snapshot]") {
    const std::string name = example("threads.exe");
    Run run(program({name.c_str()}));
    Timeline timeline(run.world, {.spacing = 30'000});
    REQUIRE(timeline.run().kind == guest::StopKind::guest_exit);
    const Position end = timeline.end();
    int asked = 0;
    const BackStop back = timeline.run_back([&asked] { return ++asked == 2; });
    CHECK(back.kind == BackStop::Kind::given_up);
    CHECK(timeline.position() == back.at);
    CHECK(timeline.begin() < back.at);
    CHECK(back.at < end);
    CHECK(timeline.run().kind == guest::StopKind::guest_exit);
    CHECK(timeline.end() == end);
}
