// SPDX-License-Identifier: MIT
#include "cpu/memory_model/line_cache.hpp"

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::cpu::memory_model;

TEST_CASE("a line is there after a miss that fills it", "[memory_model]") {
    LineCache cache(8192, 4, 16, Replacement::pseudo_lru);
    const std::uint32_t line = cache.line_of(PhysicalAddress{0x1234});
    CHECK(line == 0x123);
    CHECK_FALSE(cache.use(line, OnMiss::leave));
    CHECK_FALSE(cache.use(line, OnMiss::fill));
    CHECK(cache.use(line, OnMiss::leave));
    cache.clear();
    CHECK_FALSE(cache.use(line, OnMiss::leave));
}

TEST_CASE("lines a way's size apart share a set", "[memory_model]") {
    LineCache cache(8192, 2, 32, Replacement::lru);
    const std::uint32_t apart = 8192 / 2 / 32;
    for (std::uint32_t n = 0; n < 3; ++n) {
        CHECK_FALSE(cache.use(5 + n * apart, OnMiss::fill));
    }
    CHECK_FALSE(cache.use(5, OnMiss::leave));
    CHECK(cache.use(5 + apart, OnMiss::leave));
    CHECK(cache.use(5 + 2 * apart, OnMiss::leave));
}

TEST_CASE("a cache that does not exist", "[memory_model]") {
    CHECK_FALSE(LineCache(0, 1, 0, Replacement::lru).exists());
    CHECK(LineCache(8192, 4, 16, Replacement::lru).exists());
}
