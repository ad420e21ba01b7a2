// SPDX-License-Identifier: MIT
#include "profile/report.hpp"

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "callgrind_reader.hpp"
#include "profile/profiler.hpp"
#include "support/ring_machine.hpp"

namespace ringside::profile {
namespace {

/// main calls f three times, which calls itself once: 10, 20 and 5 clocks.
Profile small() {
    Profile profile;
    profile.program = "small";
    CallTree& tree = profile.tree;
    const NodeId main = tree.child(CallTree::root, tree.function("m", "main"));
    const NodeId outer = tree.child(main, tree.function("m", "f"));
    const NodeId inner = tree.child(outer, tree.function("m", "f"));
    tree.count_call(main);
    for (int i = 0; i < 3; ++i) {
        tree.count_call(outer);
    }
    tree.count_call(inner);
    profile.entries = {{main, "ring 3", "", "program", "", Cycles{10}},
                       {outer, "ring 3", "", "program", "", Cycles{20}},
                       {inner, "ring 3", "", "program", "", Cycles{5}}};
    profile.total = Cycles{35};
    return profile;
}

}  // namespace

TEST_CASE("functions: recursion counts once", "[profile]") {
    const auto rows = functions(small());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].name == "m!f");
    CHECK(rows[0].calls == 4);
    CHECK(rows[0].self == Cycles{25});
    CHECK(rows[0].inclusive == Cycles{25});
    CHECK(rows[1].inclusive == Cycles{35});
}

TEST_CASE("collapsed: a line a chain", "[profile]") {
    CHECK(collapsed_text(small()) == "m!main 10\nm!main;m!f 20\nm!main;m!f;m!f 5\n");
}

TEST_CASE("flat: says what the total leaves out and what it rests on", "[profile]") {
    Profile profile = small();
    profile.assumed = true;
    const std::string text = flat_text(profile);
    CHECK(text.starts_with(
        "# small: 35 clocks (contains assumed figures); service body: not modelled\n"));
    CHECK(text.find("m!f") != std::string::npos);
    CHECK(text.find("71.43") != std::string::npos);
}

TEST_CASE("callgrind: functions, calls and totals are read back", "[profile]") {
    const auto file = test::read_callgrind(callgrind_text(small()));
    CHECK(file.header.at("events") == "Clocks");
    CHECK(file.header.at("summary") == "35");
    CHECK(file.totals == 35);
    CHECK(file.self_sum() == 35);
    CHECK(file.self.at({"m", "f"}) == 25);
    const auto& call = file.calls.at({{"m", "main"}, {"m", "f"}});
    CHECK(call.count == 3);
    CHECK(call.inclusive == 25);
}

TEST_CASE("callgrind: in a whole run calls and self clocks add up", "[profile]") {
    test::RingMachine ring;
    Profiler profiler(ring.machine, ring.kernel);
    REQUIRE(ring.run().status == 85);
    const Profile profile = profiler.finish();
    const auto file = test::read_callgrind(callgrind_text(profile));
    CHECK(file.self_sum() == profile.total.value);
    CHECK(file.totals == profile.total.value);
    for (const FunctionRow& row : functions(profile)) {
        const auto bang = row.name.find('!');
        const test::CallgrindFile::Name name =
            bang == std::string::npos
                ? std::pair{std::string("???"), row.name}
                : std::pair{row.name.substr(0, bang), row.name.substr(bang + 1)};
        std::uint64_t inclusive = file.self.at(name);
        for (const auto& [pair, calls] : file.calls) {
            inclusive += pair.first == name ? calls.inclusive : 0;
        }
        CHECK(inclusive == row.inclusive.value);
    }
}

TEST_CASE("callgrind: the reader is strict", "[profile]") {
    for (const char* bad : {"version: 1\nfn=main\n0 1\ntotals: 1\n", "fn=(1) a\n0 x\ntotals: 1\n",
                            "fn=(1) a\n0 1\n", "fn=(1) a\n0 1\nfoo=(2) b\ntotals: 1\n"}) {
        CHECK_THROWS(test::read_callgrind(bad));
    }
}

}  // namespace ringside::profile
