// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <random>
#include <string>

#include "base/ensure.hpp"
#include "cli/command_line.hpp"
#include "cli/file.hpp"
#include "cli/snapshots.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "snapshot/file.hpp"
#include "support/temporary_folder.hpp"

using namespace ringside;

namespace {

void write(const std::string& path, const std::vector<std::byte>& bytes) {
    cli::Output file(path, -1);
    file.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    file.flush();
}

void save(const std::string& name, std::uint64_t clock, const std::string& path) {
    const std::string program = std::string(RINGSIDE_EXAMPLES) + "/" + name;
    const char* const line[] = {"ringside", "run", program.c_str()};
    host::CapturedConsole console;
    cli::World world(cli::parse_command_line(3, line).world, console, {},
                     host::Journal::Keeps::nothing);
    world.boot();
    cli::SnapshotOptions options;
    options.at = std::to_string(clock);
    options.file = path;
    options.stop = true;
    static_cast<void>(run_and_save(world, {}, options, nullptr, [](std::string_view) {}));
}

/// Loads and runs on for a while. False when it was refused.
bool resumes(const std::string& path) {
    try {
        cli::SavedRun saved(path, "");
        host::CapturedConsole console;
        cli::World world(saved.options(), console, {}, host::Journal::Keeps::nothing);
        world.boot();
        saved.load(world);
        const std::uint64_t now = world.machine().cpu().cycles().value;
        static_cast<void>(world.run({.max_cycles = now < 1U << 30 ? now + 300'000 : now}));
        return true;
    } catch (const InputError&) {
        return false;
    }
}

}  // namespace

TEST_CASE("a snapshot with spoilt state and a right sum is refused or runs, and never more",
          "[snapshot][hostile]") {
    const host::TemporaryFolder folder;
    const std::string good_path = (folder.path() / "good.snapshot").string();
    const std::string bad_path = (folder.path() / "bad.snapshot").string();
    for (const char* const name : {"threads.exe", "callback.exe"}) {
        save(name, 60'000, good_path);
        const auto good = snapshot::decode("good", cli::read_file(good_path));
        REQUIRE(resumes(good_path));
        std::mt19937 random(7);
        int refused = 0;
        for (int i = 0; i < 60; ++i) {
            auto bad = good;
            // The kernel's state stands at the end, options and the processor's in front; between
            // them is the guest's memory, of which every content is a right one.
            const std::size_t kernel = std::min<std::size_t>(bad.state.size() / 2, 60'000);
            const bool in_front = random() % 4 == 0;
            for (int n = 0; n < 2; ++n) {
                const std::size_t at =
                    in_front ? random() % 3000 : bad.state.size() - 1 - random() % kernel;
                bad.state[at] = std::byte{static_cast<std::uint8_t>(random())};
            }
            write(bad_path, snapshot::encode(bad));
            INFO(name << " " << i);
            bool ran = false;
            CHECK_NOTHROW(ran = resumes(bad_path));
            refused += ran ? 0 : 1;
        }
        CHECK(refused > 0);
    }
}

TEST_CASE("what a snapshot says of itself is told from what resume takes", "[snapshot][hostile]") {
    const host::TemporaryFolder folder;
    const std::string path = (folder.path() / "a.snapshot").string();
    save("hello.exe", 60'000, path);
    auto file = snapshot::decode("good", cli::read_file(path));
    REQUIRE(file.about.find("hello.exe") != std::string::npos);
    file.about = R"({"os": "7", "program": "harmless.exe", "mounts": ["no"], "clock": 60000})";
    write(path, snapshot::encode(file));
    const auto told = nlohmann::json::parse(cli::describe_snapshot(path));
    CHECK(told["os"] == "xp");
    CHECK(told["program"] == "hello.exe");
    CHECK(told["mounts"].empty());
    CHECK(told["files"] == std::vector{std::string(RINGSIDE_EXAMPLES) + "/hello.exe"});
    CHECK(told["clock"] == 60000);

    // Deeper than a stack: what nobody asks for is not written.
    std::string deep;
    for (int i = 0; i < 200'000; ++i) {
        deep += R"({"clock":)";
    }
    file.about = deep + "1" + std::string(200'000, '}');
    write(path, snapshot::encode(file));
    CHECK_FALSE(nlohmann::json::parse(cli::describe_snapshot(path)).contains("clock"));

    file.about.clear();
    write(path, snapshot::encode(file));
    CHECK_THROWS_AS(cli::describe_snapshot(path), InputError);
}

TEST_CASE("a snapshot that leaves out the sum of a file that it wants opened is refused",
          "[snapshot][hostile]") {
    const host::TemporaryFolder folder;
    const std::string path = (folder.path() / "a.snapshot").string();
    save("hello.exe", 60'000, path);
    auto file = snapshot::decode("good", cli::read_file(path));
    // The program stands in the options, and again with its sum.
    const std::string name = "hello.exe";
    std::string text(reinterpret_cast<const char*>(file.state.data()), file.state.size());
    const auto in_options = text.find(name);
    const auto with_sum = text.find(name, in_options + 1);
    REQUIRE(with_sum < 4000);
    file.state[in_options] = std::byte{'H'};
    write(path, snapshot::encode(file));
    CHECK_THROWS_WITH(cli::SavedRun(path, ""), Catch::Contains("its sums are of other files"));
}
