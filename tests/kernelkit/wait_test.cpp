// SPDX-License-Identifier: MIT
#include "kernelkit/wait.hpp"

#include <catch2/catch.hpp>

using namespace ringside::kernelkit;

namespace {

/// Signalled `count` times, each of which one wait takes.
struct Counter final : Waitable {
    explicit Counter(int signals = 0) : count(signals) {}
    bool is_signalled_for(const Waiter&) const override { return count > 0; }
    SignalKind acquire(Waiter&) override {
        --count;
        return kind;
    }
    int count;
    SignalKind kind = SignalKind::plain;
};

WaitRequest for_objects(std::vector<std::shared_ptr<Waitable>> objects, WaitType type) {
    return {.objects = std::move(objects),
            .type = type,
            .alertable = false,
            .user_mode = true,
            .due = {}};
}

}  // namespace

TEST_CASE("resume: carries a number and a plain struct", "[kernelkit]") {
    struct Left {
        std::uint32_t handle;
        std::uint64_t due;
    };
    const Resume resume(3, Left{0x44, 99});
    CHECK(resume.number() == 3);
    CHECK(resume.state<Left>().handle == 0x44);
    CHECK(resume.state<Left>().due == 99);
}

TEST_CASE("wait: any takes the signal of the first object that has one", "[kernelkit]") {
    const auto quiet = std::make_shared<Counter>();
    const auto first = std::make_shared<Counter>(1);
    const auto second = std::make_shared<Counter>(1);
    Waiter thread;
    const auto result = thread.try_acquire(for_objects({quiet, first, second}, WaitType::any));
    REQUIRE(result);
    CHECK(result->reason == WakeReason::signalled);
    CHECK(result->index == 1);
    CHECK(first->count == 0);
    CHECK(second->count == 1);
    CHECK_FALSE(thread.try_acquire(for_objects({quiet, first}, WaitType::any)));
}

TEST_CASE("wait: all takes every signal or none", "[kernelkit]") {
    const auto one = std::make_shared<Counter>(1);
    const auto two = std::make_shared<Counter>();
    Waiter thread;
    thread.begin(for_objects({one, two}, WaitType::all), {});
    CHECK(one->satisfy_next() == nullptr);
    CHECK(one->count == 1);
    two->count = 1;
    CHECK(two->satisfy_next() == &thread);
    CHECK(one->count == 0);
    CHECK(two->count == 0);
    CHECK_FALSE(thread.is_waiting());
    CHECK_FALSE(one->has_waiters());
}

TEST_CASE("wait: waiters are served in the order they came", "[kernelkit]") {
    const auto counter = std::make_shared<Counter>();
    Waiter first;
    Waiter second;
    Waiter third;
    for (Waiter* const waiter : {&first, &second, &third}) {
        waiter->begin(for_objects({counter}, WaitType::any), {});
    }
    counter->count = 2;
    CHECK(counter->satisfy_next() == &first);
    CHECK(counter->satisfy_next() == &second);
    CHECK(counter->satisfy_next() == nullptr);
    CHECK(third.is_waiting());
}

TEST_CASE("wait: one that has ended is not ended again", "[kernelkit]") {
    const auto counter = std::make_shared<Counter>();
    Waiter thread;
    thread.begin(for_objects({counter}, WaitType::any), TimerId{4});
    CHECK(thread.timer() == TimerId{4});
    CHECK(thread.end({.reason = WakeReason::timed_out}));
    CHECK_FALSE(thread.end({.reason = WakeReason::alerted}));
    CHECK(thread.result().reason == WakeReason::timed_out);
    counter->count = 1;
    CHECK(counter->satisfy_next() == nullptr);
    CHECK(thread.cancel().objects.size() == 1);
    CHECK(thread.request() == nullptr);
}

TEST_CASE("wait: an abandoned object says so with its place", "[kernelkit]") {
    const auto plain = std::make_shared<Counter>(1);
    const auto abandoned = std::make_shared<Counter>(1);
    abandoned->kind = SignalKind::abandoned;
    Waiter thread;
    const auto result = thread.try_acquire(for_objects({plain, abandoned}, WaitType::all));
    REQUIRE(result);
    CHECK(result->kind == SignalKind::abandoned);
    CHECK(result->index == 1);
}

TEST_CASE("wait: a thread that goes away leaves every line", "[kernelkit]") {
    const auto counter = std::make_shared<Counter>();
    {
        Waiter thread;
        thread.begin(for_objects({counter, counter}, WaitType::any), {});
        CHECK(counter->has_waiters());
    }
    CHECK_FALSE(counter->has_waiters());
}
