// SPDX-License-Identifier: MIT
#include "kernelkit/timer_queue.hpp"

#include <catch2/catch.hpp>

using namespace ringside::kernelkit;

TEST_CASE("timers: run out by time, then by the order they were set", "[kernelkit]") {
    TimerQueue timers;
    timers.set(20, 1);
    timers.set(10, 2);
    timers.set(10, 3);
    CHECK(timers.next_due() == GuestTime{10});
    CHECK_FALSE(timers.expire(9));
    CHECK(timers.expire(15)->tag == 2);
    CHECK(timers.expire(15)->tag == 3);
    CHECK_FALSE(timers.expire(15));
    CHECK(timers.expire(20)->tag == 1);
    CHECK(timers.empty());
}

TEST_CASE("timers: a cancelled timer does not run out", "[kernelkit]") {
    TimerQueue timers;
    const TimerId id = timers.set(10, 1);
    CHECK(timers.cancel(id));
    CHECK_FALSE(timers.cancel(id));
    CHECK_FALSE(timers.expire(100));
    CHECK_FALSE(timers.next_due());
}

TEST_CASE("timers: a periodic timer keeps its id and beat", "[kernelkit]") {
    TimerQueue timers;
    const TimerId id = timers.set(10, 1, 5);
    CHECK(timers.expire(20)->due == 10);
    CHECK(timers.expire(20)->due == 15);
    CHECK(timers.expire(20)->due == 20);
    CHECK_FALSE(timers.expire(20));
    CHECK(timers.next_due() == GuestTime{25});
    CHECK(timers.cancel(id));
}

TEST_CASE("timers: the end of time does not wrap", "[kernelkit]") {
    TimerQueue timers;
    timers.set(~GuestTime{0}, 1, 10);
    CHECK(timers.expire(~GuestTime{0}));
    CHECK(timers.empty());
}
