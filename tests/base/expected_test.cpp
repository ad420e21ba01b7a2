// SPDX-License-Identifier: MIT
#include "base/expected.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace ringside;

namespace {

Expected<int, std::string> half(int value) {
    if (value % 2 != 0) {
        return Unexpected{std::string("odd")};
    }
    return value / 2;
}

}  // namespace

TEST_CASE("Expected holds a value or the reason why not", "[base]") {
    CHECK(*half(8) == 4);
    REQUIRE_FALSE(half(7));
    CHECK(half(7).error() == "odd");
}

TEST_CASE("Expected refuses the side it does not hold", "[base]") {
    CHECK_THROWS_AS(half(7).value(), BrokenInvariant);
    CHECK_THROWS_AS(half(8).error(), BrokenInvariant);
}

TEST_CASE("a broken invariant names its place without the folder of the build", "[base]") {
    try {
        ensure(false, "two and two");
        FAIL("no throw");
    } catch (const BrokenInvariant& e) {
        CHECK_THAT(e.what(), Catch::StartsWith("two and two ("));
        CHECK_THAT(e.what(), Catch::Contains("expected_test.cpp:"));
    }
}
