// SPDX-License-Identifier: MIT
#include "cpu/memory_model/prefetch_queue.hpp"

#include <catch2/catch.hpp>

using namespace ringside::cpu::memory_model;

TEST_CASE("a branch target is fetched by whole doublewords", "[memory_model]") {
    PrefetchQueue queue(16, 2);
    CHECK(queue.restart(0x1000, 1) == 1);
    CHECK(queue.bytes() == 3);
    CHECK(queue.restart(0x1003, 1) == 1);
    CHECK(queue.bytes() == 0);
    CHECK(queue.restart(0x1003, 2) == 2);
    CHECK(queue.bytes() == 3);
    CHECK(queue.restart(0x1000, 7) == 2);
    CHECK(queue.bytes() == 1);
}

TEST_CASE("an idle bus fetches four bytes a cycle until the queue has no room", "[memory_model]") {
    PrefetchQueue queue(16, 2);
    queue.restart(0x1000, 1);
    queue.fill(2);
    CHECK(queue.bytes() == 7);
    queue.fill(1);
    CHECK(queue.bytes() == 7);
    queue.fill(1);
    CHECK(queue.bytes() == 11);
    queue.fill(1000);
    CHECK(queue.bytes() == 15);
}

TEST_CASE("an instruction waits for the bytes that are not there yet", "[memory_model]") {
    PrefetchQueue queue(16, 2);
    queue.restart(0x1000, 4);
    CHECK(queue.take(5) == 4);
    CHECK(queue.bytes() == 3);
    CHECK(queue.take(3) == 0);
    CHECK(queue.take(1) == 2);
}

TEST_CASE("a fetch that has begun shortens the wait", "[memory_model]") {
    PrefetchQueue queue(16, 3);
    queue.restart(0x1000, 4);
    queue.fill(2);
    CHECK(queue.take(2) == 1);
    CHECK(queue.bytes() == 2);
    CHECK(queue.take(2) == 0);
    CHECK(queue.take(1) == 3);
}

TEST_CASE("register code of three bytes in two clocks never waits at 0 wait states",
          "[memory_model]") {
    PrefetchQueue queue(16, 2);
    queue.restart(0x1003, 3);
    std::uint64_t waited = 0;
    for (int i = 0; i < 1000; ++i) {
        queue.fill(2);
        waited += queue.take(3);
    }
    CHECK(waited == 0);
}

TEST_CASE("code of five bytes in two clocks runs at the speed of the bus", "[memory_model]") {
    PrefetchQueue queue(16, 3);
    queue.restart(0x1000, 4);
    std::uint64_t clocks = 0;
    for (int i = 0; i < 400; ++i) {
        queue.fill(2);
        clocks += 2 + queue.take(5);
    }
    CHECK(clocks == 400 * 5 / 4 * 3);
}
