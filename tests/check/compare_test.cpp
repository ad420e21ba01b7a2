// SPDX-License-Identifier: MIT
#include "check/compare.hpp"

#include <catch2/catch.hpp>

namespace ringside::check {
namespace {

Observation run() {
    Observation result;
    result.stop.kind = guest::StopKind::guest_exit;
    result.stdout_text = "one\ntwo\n";
    result.transitions = {
        {"NtCreateFile", true, {{"status", 0U, "STATUS_SUCCESS"}}},
        {"#PF", false, {{"cr2", 0x1000U, ""}}},
        {"NtReadFile",
         true,
         {{"status", 0U, "STATUS_SUCCESS"},
          {"frame.Eip", 0x7C90E28CU, "ntdll!NtReadFile+0xC"},
          {"frame.SegCs", 0x1BU, ""}}},
    };
    return result;
}

Expectation reads(std::vector<ExpectedField> fields) {
    Expectation expect;
    expect.transitions.push_back({"NtReadFile", true, {}, std::move(fields)});
    return expect;
}

}  // namespace

TEST_CASE("compare: a run that is as expected has no differences", "[check]") {
    Expectation expect = reads({{"status", std::string("STATUS_SUCCESS")},
                                {"frame.Eip", std::string("ntdll!NtReadFile+0xC")},
                                {"frame.SegCs", std::int64_t{0x1B}}});
    expect.exit_status = 0;
    expect.reason = "guest_exit";
    expect.stdout_text = "one\ntwo\n";
    CHECK(compare(expect, run()).empty());
}

TEST_CASE("compare: a wrong frame field names field, old and new", "[check]") {
    const auto differences = compare(reads({{"frame.SegCs", std::int64_t{0x23}}}), run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].field == "transition 1 NtReadFile, frame.SegCs");
    CHECK(differences[0].expected == "0x00000023");
    CHECK(differences[0].observed == "0x0000001b");
}

TEST_CASE("compare: a symbol that moved shows its address too", "[check]") {
    const auto differences =
        compare(reads({{"frame.Eip", std::string("ntdll!NtReadFile+0xA")}}), run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].observed == "0x7c90e28c (ntdll!NtReadFile+0xC)");
}

TEST_CASE("compare: any is any, and a number may stand for a symbol", "[check]") {
    CHECK(compare(reads({{"frame.Eip", AnyValue{}}, {"frame.NoSuch", AnyValue{}}}), run()).empty());
    CHECK(compare(reads({{"frame.Eip", std::int64_t{0x7C90E28C}}}), run()).empty());
    CHECK(compare(reads({{"frame.Eip", std::string("0x7C90E28C")}}), run()).empty());
    CHECK(compare(reads({{"frame.NoSuch", std::int64_t{0}}}), run()).front().observed == "nothing");
}

TEST_CASE("compare: transitions are looked for in their order", "[check]") {
    Expectation expect;
    expect.transitions = {{"NtReadFile", true, {}, {}}, {"NtCreateFile", true, {}, {}}};
    const auto differences = compare(expect, run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].field == "transition 2 NtCreateFile");
    CHECK(differences[0].observed == "not seen from there on");
}

TEST_CASE("compare: an event is no call of that name", "[check]") {
    Expectation expect;
    expect.transitions = {{"#PF", false, {}, {{"cr2", std::int64_t{0x1000}}}}};
    CHECK(compare(expect, run()).empty());
    expect.transitions[0].is_call = true;
    CHECK(compare(expect, run()).size() == 1);
}

TEST_CASE("compare: an event that says where it comes from is looked for by that", "[check]") {
    Observation observation = run();
    observation.transitions = {{"#PF", false, {{"from", std::nullopt, "a!b"}, {"cr2", 1U, ""}}},
                               {"#PF", false, {{"from", std::nullopt, "a!c"}, {"cr2", 2U, ""}}}};
    Expectation expect;
    expect.transitions = {
        {"#PF", false, {}, {{"cr2", std::int64_t{2}}, {"from", std::string("a!c")}}}};
    CHECK(compare(expect, observation).empty());
    expect.transitions[0].fields[1].second = std::string("a!d");
    CHECK(compare(expect, observation).size() == 1);
}

TEST_CASE("compare: differences come in the order of the frame", "[check]") {
    const auto differences =
        compare(reads({{"frame.SegCs", std::int64_t{1}}, {"frame.Eip", std::int64_t{1}}}), run());
    REQUIRE(differences.size() == 2);
    CHECK(differences[0].field == "transition 1 NtReadFile, frame.Eip");
}

TEST_CASE("compare: with all calls listed, one more is a difference", "[check]") {
    Expectation expect = reads({});
    expect.all_calls = true;
    const auto differences = compare(expect, run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].observed == "NtCreateFile");
}

TEST_CASE("compare: a transition for another entry is not looked for", "[check]") {
    Expectation expect = reads({{"status", std::string("STATUS_PENDING")}});
    expect.transitions[0].entry = "int2e";
    Observation observation = run();
    observation.entry = "sysenter";
    CHECK(compare(expect, observation).empty());
    observation.entry = "int2e";
    CHECK(compare(expect, observation).size() == 1);
}

TEST_CASE("compare: outputs differ in a line, or in how they end", "[check]") {
    Expectation expect;
    expect.stdout_text = "one\n2\n";
    auto differences = compare(expect, run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].field == "stdout, line 2");
    CHECK(differences[0].expected == "\"2\"");
    expect.stdout_text = "one\ntwo\nthree\n";
    CHECK(compare(expect, run()).front().observed == "the end");
    expect.stdout_text = "one\ntwo";
    CHECK(compare(expect, run()).front().field == "stdout, line ends");
}

TEST_CASE("compare: the way a run ended, with its report", "[check]") {
    Expectation expect;
    expect.exit_status = 120;
    expect.reason = "guest_failure";
    expect.report_contains = {"KiTrap00"};
    CHECK(compare(expect, run()).size() == 3);
    Observation failed = run();
    failed.stop = {guest::StopKind::guest_failure, 0, "bugcheck", "at nt!KiTrap00+0x10"};
    CHECK(compare(expect, failed).empty());
}

}  // namespace ringside::check
