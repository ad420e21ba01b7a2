// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("documentation: docs/cli.md is what --help-markdown prints", "[cli]") {
    const auto finished = ringside::test::ringside({"--help-markdown"});
    CHECK(finished.status == 0);
    CHECK(finished.output == text_of_file(std::string(RINGSIDE_SOURCE) + "/docs/cli.md"));
}

TEST_CASE("documentation: docs/services.md is what coverage --ledger says", "[cli]") {
    const auto finished =
        ringside::test::ringside({"coverage", "--ledger", "--format", "markdown"});
    CHECK(finished.status == 0);
    CHECK(finished.output == text_of_file(std::string(RINGSIDE_SOURCE) + "/docs/services.md"));
}

TEST_CASE("documentation: help and docs/formats.md know the same exit statuses", "[cli]") {
    const std::string help = ringside::test::ringside({"--help"}).output;
    const std::string formats = text_of_file(std::string(RINGSIDE_SOURCE) + "/docs/formats.md");
    const auto statuses = help.find("Exit status:");
    REQUIRE(statuses != std::string::npos);
    for (int status = 100; status < 256; ++status) {
        CAPTURE(status);
        std::string word = " ";
        word += std::to_string(status);
        word += " ";
        CHECK(contains(help.substr(statuses), word) == contains(formats, "\n|" + word + "|"));
    }
}
