// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/exceptions/exceptions.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/two_threads.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t notification = 0;
constexpr std::uint32_t synchronization = 1;
constexpr std::uint32_t routine = 0x00401000;

struct Timers : TwoThreads {
    std::uint32_t create_timer(std::uint32_t type, std::uint32_t access = 0x1F0003) {
        return create("NtCreateTimer", {access, 0, type});
    }
    /// `due` as in NtSetTimer, `period` in milliseconds.
    NTSTATUS set(std::uint32_t timer, std::int64_t due, std::uint32_t period = 0,
                 std::uint32_t apc = 0) {
        return call("NtSetTimer",
                    {timer, put_value(LARGE_INTEGER{due}), apc, 0x1234, 0, period, previous});
    }
    TIMER_BASIC_INFORMATION query(std::uint32_t timer) {
        REQUIRE(call("NtQueryTimer", {timer, 0, information, 16, 0}) == STATUS_SUCCESS);
        return get<TIMER_BASIC_INFORMATION>(information);
    }
    [[nodiscard]] bool was_signalled() { return get<std::uint8_t>(previous) != 0; }

    const std::uint32_t previous = put_value(std::uint8_t{9});
    const std::uint32_t information = scratch(16);
};

}  // namespace

TEST_CASE("NtSetTimer: a notification timer stays signalled", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    CHECK(test.set(timer, -200'000) == STATUS_SUCCESS);
    CHECK_FALSE(test.was_signalled());
    CHECK(test.query(timer).RemainingTime == 200'000);
    test.tick();
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    test.tick();
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    CHECK(test.query(timer).TimerState == 1);
    CHECK(test.query(timer).RemainingTime == -2 * static_cast<std::int64_t>(test.tick_length));
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
    CHECK(test.set(timer, -1) == STATUS_SUCCESS);
    CHECK(test.was_signalled());
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
}

TEST_CASE("NtSetTimer: a synchronization timer falls back, a period repeats it", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(synchronization);
    // 20 ms: with ticks of 15.625 ms each second one, counted from the tick that found it due.
    CHECK(test.set(timer, -1, 20) == STATUS_SUCCESS);
    test.tick();
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    test.tick();
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    test.tick();
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    CHECK(test.call("NtCancelTimer", {timer, test.previous}) == STATUS_SUCCESS);
    CHECK_FALSE(test.was_signalled());
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
}

TEST_CASE("NtSetTimer: a time of the past is due at once", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    CHECK(test.set(timer, 0) == STATUS_SUCCESS);
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    const std::int64_t now = test.kernel->system_time().ticks;
    CHECK(test.set(timer, now - 1) == STATUS_SUCCESS);
    CHECK(test.poll(timer) == STATUS_SUCCESS);
    CHECK(test.set(timer, now + 1) == STATUS_SUCCESS);
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    test.tick();
    CHECK(test.poll(timer) == STATUS_SUCCESS);
}

TEST_CASE("NtSetTimer: wakes who waits", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(synchronization);
    CHECK(test.set(timer, -1) == STATUS_SUCCESS);
    CHECK(test.wait(timer).ecx == test.blocked);
    test.leave_to_second();
    test.tick();
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}

TEST_CASE("NtCancelTimer: stops it and keeps its state", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    CHECK(test.set(timer, -1) == STATUS_SUCCESS);
    CHECK(test.call("NtCancelTimer", {timer, 0}) == STATUS_SUCCESS);
    test.tick();
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    CHECK(test.set(timer, 0) == STATUS_SUCCESS);
    CHECK(test.call("NtCancelTimer", {timer, test.previous}) == STATUS_SUCCESS);
    CHECK(test.was_signalled());
    CHECK(test.poll(timer) == STATUS_SUCCESS);
}

TEST_CASE("NtSetTimer: an APC with the system time, once until it is delivered", "[nt][timer]") {
    Timers test;
    Kernel& kernel = *test.kernel;
    const std::uint32_t timer = test.create_timer(notification);
    CHECK(test.set(timer, -1, 10, routine) == STATUS_SUCCESS);
    CHECK_FALSE(has_user_apc(kernel));
    test.tick();
    REQUIRE(has_user_apc(kernel));
    const LinearAddress kapc = last_user_apc(kernel, *test.first);
    const auto time = static_cast<std::uint64_t>(kernel.system_time().ticks);
    KernelMemory& memory = kernel.structures;
    CHECK(memory.get(kapc, "KAPC", "NormalRoutine") == routine);
    CHECK(memory.get(kapc, "KAPC", "NormalContext") == 0x1234);
    CHECK(memory.get(kapc, "KAPC", "SystemArgument1") == static_cast<std::uint32_t>(time));
    CHECK(memory.get(kapc, "KAPC", "SystemArgument2") == static_cast<std::uint32_t>(time >> 32));
    test.tick();
    CHECK(last_user_apc(kernel, *test.first) == kapc);
    CHECK(memory.get(kapc, "KAPC", "SystemArgument1") == static_cast<std::uint32_t>(time));
    CHECK(test.call("NtDelayExecution", {1, test.zero}) == STATUS_USER_APC);
    SECTION("cancelling takes it back") {
        CHECK(test.call("NtCancelTimer", {timer, 0}) == STATUS_SUCCESS);
        CHECK_FALSE(has_user_apc(kernel));
        CHECK(test.call("NtDelayExecution", {1, test.zero}) == STATUS_SUCCESS);
    }
    SECTION("so does setting it anew") {
        CHECK(test.set(timer, -1) == STATUS_SUCCESS);
        CHECK_FALSE(has_user_apc(kernel));
    }
}

TEST_CASE("NtSetTimer: its APC ends an alertable wait", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 0, 0});
    CHECK(test.set(timer, -1, 0, routine) == STATUS_SUCCESS);
    CHECK(test.wait(event, 0, 1).ecx == test.blocked);
    test.leave_to_second();
    test.tick();
    CHECK(test.back_to_first().eax == STATUS_USER_APC.value);
}

TEST_CASE("NtSetTimer: who waits alertably for the timer itself gets it first", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    CHECK(test.set(timer, -1, 0, routine) == STATUS_SUCCESS);
    CHECK(test.wait(timer, 0, 1).ecx == test.blocked);
    test.leave_to_second();
    test.tick();
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
    CHECK(has_user_apc(*test.kernel));
}

TEST_CASE("NtSetTimer: the end of the thread that set an APC cancels the timer", "[nt][timer]") {
    Timers test;
    const std::uint32_t timer = test.create_timer(notification);
    const std::uint32_t long_timer = test.create_timer(notification);
    CHECK(test.set(long_timer, -10'000'000) == STATUS_SUCCESS);
    CHECK(test.wait(long_timer).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.set(timer, -1, 0, routine) == STATUS_SUCCESS);
    CHECK(test.set(long_timer, 0) == STATUS_SUCCESS);
    PspTerminateThread(*test.kernel, *test.second, STATUS_SUCCESS);
    test.kernel->dispatcher.publish();
    test.switch_threads();
    CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
    test.tick();
    CHECK(test.poll(timer) == STATUS_TIMEOUT);
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
}

TEST_CASE("timers: failure statuses", "[nt][timer]") {
    Timers test;
    const std::uint32_t out = test.information;
    CHECK(test.call("NtCreateTimer", {out, 0x1F0003, 0, 2}) == STATUS_INVALID_PARAMETER_4);
    const std::uint32_t timer = test.create_timer(notification);
    const std::uint32_t deaf = test.create_timer(notification, SYNCHRONIZE);
    const std::uint32_t due = test.put_value(LARGE_INTEGER{-1});
    const auto set = [&](std::uint32_t handle, std::uint32_t at, std::uint32_t resume,
                         std::uint32_t period, std::uint32_t state) {
        return test.call("NtSetTimer", {handle, at, 0, 0, resume, period, state});
    };
    CHECK(set(timer, 0x10, 0, 0, 0) == STATUS_ACCESS_VIOLATION);
    CHECK(set(timer, due, 0, 0xFFFFFFFF, 0) == STATUS_INVALID_PARAMETER_6);
    CHECK(set(deaf, due, 0, 0, 0) == STATUS_ACCESS_DENIED);
    CHECK(set(0x999, due, 0, 0, 0) == STATUS_INVALID_HANDLE);
    CHECK(set(0xFFFFFFFE, due, 0, 0, 0) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(set(timer, due, 0, 0, 0x10) == STATUS_ACCESS_VIOLATION);
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
    CHECK(set(timer, due, 1, 0, 0) == STATUS_TIMER_RESUME_IGNORED);
    CHECK(test.kernel->dispatcher.has_timers());
    CHECK(test.call("NtCancelTimer", {timer, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.kernel->dispatcher.has_timers());
    CHECK(test.call("NtCancelTimer", {deaf, 0}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtQueryTimer", {deaf, 0, out, 16, 0}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtQueryTimer", {timer, 1, out, 16, 0}) == STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQueryTimer", {timer, 0, out, 12, 0}) == STATUS_INFO_LENGTH_MISMATCH);
}
