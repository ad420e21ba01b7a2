// SPDX-License-Identifier: MIT
// Callbacks that never return, return garbage, or take away what they stand on harm neither the
// kernel nor the host.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "support/process.hpp"

namespace ringside::test {

namespace {

const std::string program = std::string(RINGSIDE_PATH_PROGRAMS) + "/callback_crimes.exe";

Finished commit(const std::string& crime, const std::string& entry,
                std::vector<std::string> limits = {"--timeout", "40"}) {
    std::vector<std::string> arguments{"run", "--entry", entry};
    arguments.insert(arguments.end(), limits.begin(), limits.end());
    arguments.insert(arguments.end(), {program, crime});
    return ringside(arguments);
}

void check_survived(const std::string& crime, const std::string& says, int status = 0) {
    for (const std::string entry : {"int2e", "sysenter"}) {
        const Finished finished = commit(crime, entry);
        INFO(crime << " by " << entry << "\n" << finished.error);
        CHECK(finished.status == status);
        CHECK(finished.output == says);
    }
}

void check_killed(const std::string& crime) {
    for (const std::string entry : {"int2e", "sysenter"}) {
        const Finished finished = commit(crime, entry);
        INFO(crime << " by " << entry << "\n" << finished.error);
        CHECK(finished.status == 120);
        CHECK_THAT(finished.error, Catch::StartsWith("ringside: unhandled exception STATUS_"));
    }
}

}  // namespace

TEST_CASE("hostile: a callback's answer may point anywhere", "[nt][path][hostile]") {
    std::string says;
    for (int i = 0; i < 10; ++i) {
        says += "refused\n";
    }
    check_survived("garbage-answer", says);
}

TEST_CASE("hostile: a callback may be the end of the process", "[nt][path][hostile]") {
    check_survived("exit-inside", "", 33);
    for (const std::string entry : {"int2e", "sysenter"}) {
        CHECK(commit("endless-inside", entry, {"--max-cycles", "20000000"}).status == 124);
    }
}

TEST_CASE("hostile: callbacks left open use the kernel stack up, and no more",
          "[nt][path][hostile]") {
    check_survived("left-open", "no more\n");
    check_survived("unwound", "all right\n");
    check_survived("bottomless", "all right\n");
}

TEST_CASE("hostile: without a table, a TEB or a stack a callback ends in an exception",
          "[nt][path][hostile]") {
    check_killed("no-table");
    check_killed("wild-table");
    check_killed("free-stack-inside");
    check_survived("no-stack", "refused\n");
}

TEST_CASE("hostile: a callback that frees its TEB leaves no more than that",
          "[nt][path][hostile]") {
    const Finished finished = commit("free-teb-inside", "auto");
    INFO(finished.error);
    CHECK((finished.status == 0 || finished.status == 120));
    CHECK_THAT(finished.error, !Catch::Contains("bugcheck") && !Catch::Contains("internal"));
}

}  // namespace ringside::test
