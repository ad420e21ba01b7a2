// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("examples: every case passes", "[cli][examples]") {
    const auto finished =
        ringside::test::ringside({"check", std::string(RINGSIDE_SOURCE) + "/examples"});
    INFO(finished.output);
    INFO(finished.error);
    CHECK(finished.status == 0);
}
