// SPDX-License-Identifier: MIT
#include "cpu/memory_model/tag_store.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>

using namespace ringside::cpu::memory_model;

namespace {

/// Uses each key, which comes in when it is not there.
void touch(TagStore& store, std::initializer_list<std::uint32_t> keys) {
    for (const std::uint32_t key : keys) {
        if (!store.use(key)) {
            store.insert(key);
        }
    }
}

bool holds(const TagStore& store, std::uint32_t key) {
    return store.holds(key);
}

}  // namespace

TEST_CASE("a store holds as many keys of a set as it has ways", "[memory_model]") {
    TagStore store({8, 2, Replacement::lru});  // four sets
    touch(store, {0, 4, 1});
    CHECK(holds(store, 0));
    CHECK(holds(store, 4));
    CHECK(holds(store, 1));
    CHECK_FALSE(holds(store, 8));
}

TEST_CASE("LRU replaces the key that was not used for longest", "[memory_model]") {
    TagStore store({4, 4, Replacement::lru});
    touch(store, {10, 11, 12, 13, 10, 12, 14});
    CHECK_FALSE(holds(store, 11));
    touch(store, {15});
    CHECK_FALSE(holds(store, 13));
    CHECK(holds(store, 10));
    CHECK(holds(store, 12));
}

TEST_CASE("round robin replaces in turn, whatever was used", "[memory_model]") {
    TagStore store({4, 4, Replacement::round_robin});
    touch(store, {10, 11, 12, 13, 10, 14, 10});
    CHECK_FALSE(holds(store, 11));  // 14 took the place of 10, and 10 that of 11
    CHECK(holds(store, 10));
    CHECK(holds(store, 14));
}

TEST_CASE("pseudo-LRU replaces in the half that was not used last", "[memory_model]") {
    TagStore store({4, 4, Replacement::pseudo_lru});
    touch(store, {10, 11, 12, 13, 10});
    // The tree points at the upper half, and in it away from 13.
    touch(store, {14});
    CHECK_FALSE(holds(store, 12));
    // Now at the lower half, away from 10.
    touch(store, {15});
    CHECK_FALSE(holds(store, 11));
    CHECK(holds(store, 10));
    CHECK(holds(store, 13));
}

TEST_CASE("what was removed makes room first", "[memory_model]") {
    TagStore store({4, 4, Replacement::lru});
    touch(store, {10, 11, 12, 13});
    store.remove(13);
    CHECK_FALSE(holds(store, 13));
    touch(store, {14});
    CHECK(holds(store, 10));
    store.clear();
    CHECK_FALSE(holds(store, 10));
    CHECK_FALSE(holds(store, 14));
}

TEST_CASE("a store without entries holds nothing", "[memory_model]") {
    TagStore store({});
    CHECK_FALSE(store.use(0));
    store.remove(0);
    CHECK(store.places() == 0);
}
