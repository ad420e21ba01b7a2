// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("verify: equal ways are listed, and the status is 0", "[cli][verify]") {
    const Finished finished =
        ringside::test::ringside({"verify", "--block-size", "3", example("hello.exe")});
    INFO(finished.output);
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    for (const std::string_view way : {"blocks of 2", "blocks of 8", "blocks of 64", "single steps",
                                       "blocks of 64, unwatched", "blocks of 3"}) {
        CHECK(contains(finished.output, "equal " + std::string(way) + "\n"));
    }
    CHECK(count_lines(finished.output) == 7);
}

TEST_CASE("verify: what comes by standard input comes again for every run", "[cli][verify]") {
    Spawn spawn;
    spawn.arguments = {RINGSIDE_BINARY, "verify",  "-q",
                       "--max-cycles",  "3000000", example("everywhere.exe")};
    spawn.input = "one\ntwo\n";
    const Finished finished = run(spawn);
    CHECK(finished.status == 0);
    CHECK(finished.output.empty());
}

TEST_CASE("verify: a case is run by each of its entries", "[cli][verify]") {
    const Finished finished = ringside::test::ringside(
        {"verify", std::string(RINGSIDE_SOURCE) + "/examples/hello.case.toml"});
    CHECK(finished.status == 0);
    CHECK(contains(finished.output, "hello.case.toml [int2e]\n"));
    CHECK(contains(finished.output, "hello.case.toml [sysenter]\n"));
}

TEST_CASE("verify: a run that a time limit ended cannot be compared", "[cli][verify]") {
    const TemporaryFolder folder;
    const std::string loop = folder.file("loop.flat", "\xEB\xFE");  // jmp .
    const Finished finished =
        ringside::test::ringside({"verify", "--os", "bare", "--timeout", "0.2", loop + "@0x1000"});
    CHECK(finished.status == 124);
    CHECK(contains(finished.output, "blocks of 1: time limit"));
}

TEST_CASE("verify: without a program it is a usage error", "[cli][verify]") {
    const Finished finished = ringside::test::ringside({"verify"});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
}
