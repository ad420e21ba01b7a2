// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("documentation: docs/cli.md is what --help-markdown prints", "[cli]") {
    const auto finished = ringside::test::ringside({"--help-markdown"});
    CHECK(finished.status == 0);
    CHECK(finished.output == text_of_file(std::string(RINGSIDE_SOURCE) + "/docs/cli.md"));
}
