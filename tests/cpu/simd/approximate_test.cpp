// SPDX-License-Identifier: MIT
#include "cpu/simd/approximate.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <random>

namespace ringside::test {
namespace {

using cpu::simd::reciprocal;
using cpu::simd::reciprocal_root;

double value(std::uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits));
}

constexpr double documented = 1.5 / 4096;
constexpr std::uint32_t smallest_normal = 0x00800000;
constexpr std::uint32_t infinity = 0x7F800000;

}  // namespace

TEST_CASE("rcpss: the error is within the documented 1.5 * 2^-12", "[cpu][simd]") {
    std::mt19937 random(1);
    for (int i = 0; i < 200'000; ++i) {
        const auto x = static_cast<std::uint32_t>(random());
        const double exact = 1 / value(x);
        const bool ordinary = std::isfinite(exact) && std::isfinite(value(x)) &&
                              std::fabs(value(x)) >= value(smallest_normal) &&
                              std::fabs(exact) >= value(smallest_normal);
        if (ordinary) {
            CAPTURE(x);
            REQUIRE(std::fabs(value(reciprocal(x)) - exact) <= documented * std::fabs(exact));
        }
    }
}

TEST_CASE("rsqrtss: the error is within the documented 1.5 * 2^-12", "[cpu][simd]") {
    std::mt19937 random(1);
    for (int i = 0; i < 200'000; ++i) {
        const std::uint32_t x =
            static_cast<std::uint32_t>(random()) % (infinity - smallest_normal) + smallest_normal;
        const double exact = 1 / std::sqrt(value(x));
        CAPTURE(x);
        REQUIRE(std::fabs(value(reciprocal_root(x)) - exact) <= documented * exact);
    }
}

TEST_CASE("rcpss: powers of two are exact, denormals are zeros, tiny results too", "[cpu][simd]") {
    CHECK(reciprocal(0x3F800000) == 0x3F800000);
    CHECK(reciprocal(0xC0000000) == 0xBF000000);
    CHECK(reciprocal(0x00000000) == infinity);
    CHECK(reciprocal(0x807FFFFF) == 0xFF800000);
    CHECK(reciprocal(0x7F000001) == 0);
    CHECK(reciprocal(0xFF7FFFFF) == 0x80000000);
    CHECK(reciprocal(0xFF800000) == 0x80000000);
    CHECK(reciprocal(0xFF800001) == 0xFFC00001);
}

TEST_CASE("rsqrtss: of a negative number the indefinite, of minus zero minus infinity",
          "[cpu][simd]") {
    CHECK(reciprocal_root(0x40800000) == 0x3F000000);
    CHECK(reciprocal_root(0xBF800000) == 0xFFC00000);
    CHECK(reciprocal_root(0xFF800000) == 0xFFC00000);
    CHECK(reciprocal_root(0x80000000) == 0xFF800000);
    CHECK(reciprocal_root(0x80000001) == 0xFF800000);
    CHECK(reciprocal_root(0x00000001) == infinity);
    CHECK(reciprocal_root(infinity) == 0);
    CHECK(reciprocal_root(0x7F800001) == 0x7FC00001);
}

}  // namespace ringside::test
