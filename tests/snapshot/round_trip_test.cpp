// SPDX-License-Identifier: MIT
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "base/archive.hpp"
#include "base/sha256.hpp"
#include "check/case.hpp"
#include "cli/case_world.hpp"
#include "cli/file.hpp"
#include "cli/snapshots.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "support/temporary_folder.hpp"
#include "trace/jsonl.hpp"
#include "trace/tracer.hpp"

using namespace ringside;

namespace {

/// A world whose trace and output are kept.
struct Traced {
    host::CapturedConsole console;
    cli::World world;
    std::string text;
    trace::JsonlSink sink{[this](std::string_view more) { text += more; },
                          trace::JsonlOptions{true}};
    std::optional<trace::Tracer> tracer;

    Traced(const cli::WorldOptions& options, const std::string& input)
        : console(input), world(options, console, {}, host::Journal::Keeps::nothing) {
        world.boot();
    }
    void watch() { tracer.emplace(world.machine(), world.personality(), sink, false); }

    [[nodiscard]] Sha256::Digest state() {
        Archive archive;
        world.machine().cpu().persist(archive);
        world.personality().persist(archive);
        return Sha256::of(archive.written());
    }
};

struct End {
    guest::StopReason stop;
    Sha256::Digest state{};
    std::string text;
    std::string output;
};

End finish(Traced& run, const guest::StopReason& stop) {
    run.tracer->finish();
    return {stop, run.state(), run.text, run.console.output()};
}

// Beyond the end of every example, also behind a jump of the clock to the next event.
const guest::Limits limits{.max_cycles = 10'000'000'000};

/// Saved at a clock into a file and resumed from there by a world of its own.
End in_two_parts(const cli::CommandLine& line, const std::string& input, std::uint64_t clock,
                 const std::string& file) {
    std::string text;
    std::string output;
    std::uint64_t taken = 0;
    {
        Traced first(line.world, input);
        first.watch();
        cli::SnapshotOptions options;
        options.at = std::to_string(clock);
        options.file = file;
        options.stop = true;
        const auto stop =
            run_and_save(first.world, limits, options, &*first.tracer, [](std::string_view) {});
        REQUIRE(stop.kind == guest::StopKind::guest_exit);
        text = first.text;
        output = first.console.output();
        taken = first.world.journal().input_taken();
    }
    cli::SavedRun saved(file, line.world.host_folder);
    Traced second(saved.options(), input.substr(static_cast<std::size_t>(taken)));
    saved.load(second.world);
    second.watch();
    saved.load(*second.tracer);
    End end = finish(second, second.world.run(limits));
    end.text = text + end.text;
    end.output = output + end.output;
    return end;
}

}  // namespace

TEST_CASE("every example goes on from a file as if nothing had been, trace included",
          "[snapshot][examples]") {
    const host::TemporaryFolder folder;
    const std::string file = (folder.path() / "run.snapshot").string();
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
            Traced whole(line.world, one.input);
            whole.watch();
            const End expected = finish(whole, whole.world.run(limits));
            const std::uint64_t clocks = whole.world.machine().cpu().cycles().value;
            for (const std::uint64_t part : {1U, 40U, 97U}) {
                const std::uint64_t clock = clocks * part / 100;
                INFO(entry.path().filename().string() << " " << way << " at clock " << clock);
                const End end = in_two_parts(line, one.input, clock, file);
                CHECK(end.stop.kind == expected.stop.kind);
                CHECK(end.stop.status == expected.stop.status);
                CHECK(end.stop.message == expected.stop.message);
                CHECK(end.output == expected.output);
                CHECK((end.text == expected.text));
                CHECK(end.state == expected.state);
            }
        }
    }
}
