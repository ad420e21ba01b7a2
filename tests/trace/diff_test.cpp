// SPDX-License-Identifier: MIT
#include "trace/diff.hpp"

#include <sstream>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "trace/jsonl.hpp"

namespace ringside::trace {
namespace {

const std::string header = R"({"type":"header","version":1,"program":"a.exe","os":"xp"})"
                           "\n";
const std::string end = R"({"type":"end","reason":"guest_exit","clocks":9,"records":1})"
                        "\n";

std::string call(std::string_view name, unsigned number, unsigned result = 0, unsigned clock = 5) {
    return fmt::format(
        R"({{"type":"call","number":{},"thread":4,"clock":{},"name":"{}","result":{},)"
        R"("frame":{{"fields":{{"Eip":{}}}}}}})"
        "\n",
        number, clock, name, result, 0x1000);
}

DiffResult compared(const std::string& a, const std::string& b, const DiffOptions& options = {}) {
    std::istringstream lines_a(a);
    std::istringstream lines_b(b);
    return diff({"A", lines_a}, {"B", lines_b}, options);
}

std::string refusal(const std::string& a) {
    try {
        static_cast<void>(compared(a, header + end));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("diff: equal traces agree", "[trace]") {
    const std::string trace = header + call("NtClose", 1) + end;
    const auto result = compared(trace, trace);
    CHECK(result.equal);
    CHECK(result.text == "1 records agree\n");
    const std::string killed = header + call("NtClose", 1);
    CHECK(compared(killed, killed).equal);
    CHECK(compared(killed, killed).text ==
          "1 records agree\nneither trace has an end, as of runs that were killed\n");
}

TEST_CASE("diff: clocks and numbers do not count unless asked for", "[trace]") {
    const std::string a = header + call("NtClose", 1, 0, 5) + end;
    const std::string b = header + call("NtClose", 1, 0, 6) + end;
    CHECK(compared(a, b).equal);
    DiffOptions options;
    options.clocks = true;
    CHECK_FALSE(compared(a, b, options).equal);
}

TEST_CASE("diff: the first divergence names member, old and new", "[trace]") {
    const std::string a = header + call("NtOpenFile", 1) + call("NtClose", 2) + end;
    const std::string b = header + call("NtOpenFile", 1) + call("NtClose", 2, 0xC0000008) + end;
    const auto result = compared(a, b);
    CHECK_FALSE(result.equal);
    CHECK(result.text ==
          "1 records agree, the last is #1 NtOpenFile (line 2)\n"
          "first divergence: #2 NtClose (line 3) in A, #2 NtClose (line 3) in B\n"
          "  result                           0 (0x0)  ->  3221225480 (0xC0000008)\n");
    DiffOptions options;
    options.ignore = {"result"};
    CHECK(compared(a, b, options).equal);
}

TEST_CASE("diff: records that only one trace has are set aside", "[trace]") {
    const std::string a = header + call("NtOpenFile", 1) + call("NtClose", 2) + end;
    const std::string b =
        header + call("NtOpenFile", 1) + call("NtReadFile", 2) + call("NtClose", 3) + end;
    const auto result = compared(a, b);
    CHECK_FALSE(result.equal);
    CHECK(result.text.find("only in B: #2 NtReadFile (line 3)") != std::string::npos);
    CHECK(result.text.find("both go on with #2 NtClose (line 3) and #3 NtClose (line 4)") !=
          std::string::npos);
}

TEST_CASE("diff: a trace that ends early is a divergence", "[trace]") {
    const std::string a = header + call("NtOpenFile", 1);
    const std::string b = a + call("NtClose", 2);
    const auto result = compared(a, b);
    CHECK_FALSE(result.equal);
    CHECK(result.text.find("A ends here, B goes on with #2 NtClose (line 3)") != std::string::npos);
}

TEST_CASE("diff: another world is said, and is no difference by itself", "[trace]") {
    const std::string other = R"({"type":"header","version":1,"program":"a.exe","os":"7"})"
                              "\n";
    const auto result = compared(header + end, other + end);
    CHECK(result.equal);
    CHECK(result.text.find("os: xp  ->  7") != std::string::npos);
}

TEST_CASE("diff: versions of the format do not mix", "[trace]") {
    const std::string older = R"({"type":"header","version":0})"
                              "\n";
    CHECK_THROWS_AS(compared(header + end, older + end), InputError);
}

TEST_CASE("diff: what is no trace is refused with file and line", "[trace]") {
    CHECK(refusal("") ==
          "A: line 1: does not begin with a header; want a trace made by --format jsonl");
    CHECK(refusal("{}\n") == "A: line 1: has no \"type\"");
    CHECK(refusal("hello\n").find("A: line 1: no JSON object") == 0);
    CHECK(refusal(R"({"type":"header","version":99})"
                  "\n") == "A: line 1: not version " + std::to_string(JsonlSink::version) +
                               " or an earlier one of the format");
    CHECK(refusal(header + R"({"type":"call")").find("A: line 2: no JSON object") == 0);
    CHECK(refusal(header + "{\"type\":" + std::string(100'000, '[')).find("A: line 2:") == 0);
    CHECK(refusal(header + std::string(2'000'000, ' ')) == "A: line 2: longer than 1 MiB");
    CHECK(refusal(header + R"({"type":7})"
                           "\n") == "A: line 2: has no \"type\"");
}

}  // namespace ringside::trace
