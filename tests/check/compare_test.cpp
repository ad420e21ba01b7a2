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
    CHECK(differences[0].what == "transition 1 NtReadFile, frame.SegCs");
    CHECK(differences[0].expected == "0x00000023");
    CHECK(differences[0].observed == "0x0000001B");
}

TEST_CASE("compare: a symbol that moved shows its address too", "[check]") {
    const auto differences =
        compare(reads({{"frame.Eip", std::string("ntdll!NtReadFile+0xA")}}), run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].observed == "0x7C90E28C (ntdll!NtReadFile+0xC)");
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
    CHECK(differences[0].what == "transition 2 NtCreateFile");
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
    expect.transitions[0].fields[1].pattern = std::string("a!d");
    CHECK(compare(expect, observation).size() == 1);
}

TEST_CASE("compare: differences come in the order of the frame", "[check]") {
    const auto differences =
        compare(reads({{"frame.SegCs", std::int64_t{1}}, {"frame.Eip", std::int64_t{1}}}), run());
    REQUIRE(differences.size() == 2);
    CHECK(differences[0].what == "transition 1 NtReadFile, frame.Eip");
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
    CHECK(differences[0].what == "stdout, line 2");
    CHECK(differences[0].expected == "\"2\"");
    expect.stdout_text = "one\ntwo\nthree\n";
    CHECK(compare(expect, run()).front().observed == "the end");
    expect.stdout_text = "one\ntwo";
    CHECK(compare(expect, run()).front().what == "stdout, line ends");
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

TEST_CASE("compare: the same as another transition's field", "[check]") {
    Observation observation = run();
    Expectation expect = reads({{"frame.Eip", SameAs{1, ""}}});
    expect.transitions.push_back({"NtReadFile", true, {}, {}});
    observation.transitions.push_back(observation.transitions.back());
    CHECK(compare(expect, observation).empty());

    observation.transitions.back().fields[1].value = 0x7C90E290;
    observation.transitions.back().fields[1].text.clear();
    auto differences = compare(expect, observation);
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].expected == "0x7C90E290 (same-as #2)");
    CHECK(differences[0].mask == "same-as #2");
    CHECK(differences[0].transition == 1);
    CHECK(differences[0].field == "frame.Eip");

    expect.transitions[0].fields[0].pattern = SameAs{1, "SegCs"};
    CHECK(compare(expect, observation).front().expected == "0x0000001B (same-as #2.SegCs)");
    expect.transitions[0].fields[0].pattern = SameAs{1, "Edx"};
    CHECK(compare(expect, observation).front().expected ==
          "same-as #2.Edx, which has no frame.Edx");
    expect.transitions[1].name = "NtClose";
    CHECK(compare(expect, observation).front().expected == "same-as #2.Edx, which was not seen");
}

TEST_CASE("compare: the same as a field that stands in no table", "[check]") {
    Observation observation = run();
    Expectation expect = reads({{"frame.SegCs", SameAs{1, "status"}}});
    expect.transitions.push_back({"NtReadFile", true, {}, {}});
    observation.transitions.push_back(observation.transitions.back());
    CHECK(compare(expect, observation).front().expected ==
          "0x00000000 (STATUS_SUCCESS) (same-as #2.status)");
    observation.transitions.back().fields[0].value = 0x1B;
    CHECK(compare(expect, observation).empty());
}

TEST_CASE("compare: of bits only those that are named", "[check]") {
    CHECK(compare(reads({{"frame.SegCs", Bits{3, 4}}}), run()).empty());
    const auto differences = compare(reads({{"frame.SegCs", Bits{4, 1}}}), run());
    REQUIRE(differences.size() == 1);
    CHECK(differences[0].expected == "bits 0x4 set, bits 0x1 clear");
    CHECK(differences[0].observed == "0x0000001B (bits 0x1 set, bits 0x4 clear)");
    CHECK(differences[0].mask == differences[0].expected);
}

TEST_CASE("compare: a symbol is an address, whatever name is nearest to it", "[check]") {
    Observation observation = run();
    observation.symbols["ntdll!NtReadFile+0xD"] = 0x7C90E28D;
    observation.symbols["ntdll!KiStub+0x2"] = 0x7C90E28C;
    observation.symbols["ntdll!NtRaedFile"] = std::nullopt;
    observation.near_symbols["ntdll!NtRaedFile"] = "; did you mean ntdll!NtReadFile?";
    const auto eip = [](const char* text) { return reads({{"frame.Eip", std::string(text)}}); };
    CHECK(compare(eip("ntdll!KiStub+0x2"), observation).empty());
    CHECK(compare(eip("ntdll!NtReadFile+0xD"), observation).front().hint ==
          "ntdll!NtReadFile+0xD is 0x7C90E28D");
    CHECK(compare(eip("ntdll!NtRaedFile"), observation).front().hint ==
          "no symbol ntdll!NtRaedFile in this run; did you mean ntdll!NtReadFile?");
}

TEST_CASE("compare: names that nothing has are told with what comes near", "[check]") {
    Observation observation = run();
    observation.vocabulary.services = {"NtReadFile", "NtClose"};
    Expectation expect;
    expect.transitions = {{"NtRaedFile", true, {}, {}}};
    CHECK(compare(expect, observation).front().hint ==
          "no service has that name; did you mean NtReadFile?");
    expect.transitions[0].name = "NtClose";
    CHECK(compare(expect, observation).front().hint.empty());
    CHECK(compare(reads({{"frame.SegC", std::int64_t{1}}}), observation).front().hint ==
          "did you mean SegCs?");
    observation.vocabulary.statuses = {"STATUS_SUCCESS", "STATUS_TIMEOUT"};
    CHECK(compare(reads({{"status", std::string("STATUS_SUCCES")}}), observation).front().hint ==
          "did you mean STATUS_SUCCESS?");
    CHECK(compare(reads({{"status", std::string("STATUS_TIMEOUT")}}), observation)
              .front()
              .hint.empty());
}

TEST_CASE("compare: clocks beyond 32 bits are told apart", "[check]") {
    Observation observation = run();
    observation.transitions[2].fields.push_back({"clocks", 5'000'000'000, ""});
    CHECK(compare(reads({{"clocks", std::int64_t{5'000'000'000}}}), observation).empty());
    const auto differences = compare(reads({{"clocks", std::int64_t{705'032'704}}}), observation);
    REQUIRE(differences.size() == 1);
    CHECK(differences.front().expected == "705032704");
    CHECK(differences.front().observed == "5000000000");
}

TEST_CASE("compare: a run that only a limit ended is a difference", "[check]") {
    Observation endless = run();
    endless.stop = {guest::StopKind::cycle_limit, 0, "clock limit reached after 5 clocks", {}};
    CHECK(compare({}, endless).front().what == "reason");
    Expectation expect;
    expect.reason = "cycle_limit";
    CHECK(compare(expect, endless).empty());
}

TEST_CASE("compare: of many surplus calls the first are named", "[check]") {
    Expectation expect;
    expect.all_calls = true;
    Observation observation;
    observation.stop.kind = guest::StopKind::guest_exit;
    observation.transitions.resize(500, {"NtClose", true, {}});
    const auto differences = compare(expect, observation);
    CHECK(differences.size() == 11);
    CHECK(differences.back().observed == "490 more");
}

TEST_CASE("compare: a difference is a line, and who wrote the field another", "[check]") {
    Difference difference{"transition 1 x, frame.Eip", "0x1", "0x2"};
    difference.writers = {"written by nt!a (80000000): push eax"};
    CHECK(difference_text(difference) ==
          "transition 1 x, frame.Eip: expected 0x1, got 0x2\n"
          "  written by nt!a (80000000): push eax\n");
}

}  // namespace ringside::check
