// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/objects/event_object.hpp"
#include "nt/two_threads.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t notification = 0;
constexpr std::uint32_t synchronization = 1;

struct Events : TwoThreads {
    std::uint32_t create_event(std::uint32_t type, std::uint32_t signalled = 0,
                               std::uint32_t access = 0x1F0003) {
        return create("NtCreateEvent", {access, 0, type, signalled});
    }
};

}  // namespace

TEST_CASE("NtSetEvent: a notification event lets everybody through, until reset", "[nt][event]") {
    Events test;
    const std::uint32_t event = test.create_event(notification);
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.call("NtSetEvent", {event, 0}) == STATUS_SUCCESS);
    CHECK(test.poll(event) == STATUS_SUCCESS);
    const auto result = test.back_to_first();
    CHECK(result.ecx == test.done);
    CHECK(result.eax == STATUS_SUCCESS.value);
    CHECK(test.poll(event) == STATUS_SUCCESS);
    CHECK(test.call("NtClearEvent", {event}) == STATUS_SUCCESS);
    CHECK(test.poll(event) == STATUS_TIMEOUT);
}

TEST_CASE("NtSetEvent: a synchronization event is the waiter's, not the next caller's",
          "[nt][event]") {
    Events test;
    const std::uint32_t event = test.create_event(synchronization);
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.call("NtSetEventBoostPriority", {event}) == STATUS_SUCCESS);
    CHECK(test.poll(event) == STATUS_TIMEOUT);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}

TEST_CASE("NtPulseEvent: wakes who waits now, and nobody later", "[nt][event]") {
    const std::uint32_t type = GENERATE(notification, synchronization);
    Events test;
    const std::uint32_t event = test.create_event(type);
    const std::uint32_t previous = test.put_value(9U);
    CHECK(test.call("NtPulseEvent", {event, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(previous) == 0);
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.call("NtPulseEvent", {event, 0}) == STATUS_SUCCESS);
    CHECK(test.poll(event) == STATUS_TIMEOUT);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}

TEST_CASE("NtSetEvent: a higher priority runs before the caller comes back", "[nt][event]") {
    Events test;
    const std::uint32_t event = test.create_event(synchronization);
    test.kernel->dispatcher.set_priority(*test.first, 12);
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.call_raw(test.id_of("NtSetEvent"), {event, 0}).ecx == test.blocked);
    test.switch_threads();
    CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
    CHECK(test.kernel->thread == test.first);
}

TEST_CASE("NtQueryEvent: type and state", "[nt][event]") {
    Events test;
    const std::uint32_t event = test.create_event(synchronization, 1);
    const std::uint32_t out = test.scratch(8);
    const std::uint32_t length = test.put_value(0U);
    CHECK(test.call("NtQueryEvent", {event, 0, out, 8, length}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(out) == synchronization);
    CHECK(test.get<std::uint32_t>(out + 4) == 1);
    CHECK(test.get<std::uint32_t>(length) == 8);
    CHECK(test.call("NtQueryEvent", {event, 1, out, 8, 0}) == STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQueryEvent", {event, 0, out, 4, 0}) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(test.call("NtQueryEvent", {0x999, 0, out, 8, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtQueryEvent", {event, 0, 0x10, 8, 0}) == STATUS_ACCESS_VIOLATION);
}

TEST_CASE("events: each service asks for its right", "[nt][event]") {
    Events test;
    const std::uint32_t mute = test.create_event(notification, 0, SYNCHRONIZE);
    const std::uint32_t deaf = test.create_event(notification, 0, EVENT_MODIFY_STATE);
    const std::uint32_t out = test.scratch(8);
    for (const char* const service : {"NtSetEvent", "NtResetEvent", "NtPulseEvent"}) {
        CAPTURE(service);
        CHECK(test.call(service, {mute, 0}) == STATUS_ACCESS_DENIED);
        CHECK(test.call(service, {0x999, 0}) == STATUS_INVALID_HANDLE);
        CHECK(test.call(service, {0xFFFFFFFE, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
        CHECK(test.call(service, {deaf, 0x10}) == STATUS_ACCESS_VIOLATION);
    }
    CHECK(test.call("NtClearEvent", {mute}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtSetEventBoostPriority", {mute}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtQueryEvent", {deaf, 0, out, 8, 0}) == STATUS_ACCESS_DENIED);
    CHECK(test.poll(deaf) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtCreateEvent", {0x10, 0x1F0003, 0, 0, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtCreateEvent", {out, 0x1F0003, 0x10, 0, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtCreateEvent", {out, 0x1F0003, 0, 2, 0}) == STATUS_INVALID_PARAMETER_4);
}

TEST_CASE("NtReadFile: its event wakes who waits for it", "[nt][event]") {
    Events test;
    std::uint32_t file = 0;
    REQUIRE(test.open(u"\\??\\C:\\app\\data.txt", 0x80100000, file) == STATUS_SUCCESS);
    const std::uint32_t event = test.create_event(synchronization);
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    const std::uint32_t offset = test.put_value(LARGE_INTEGER{0});
    CHECK(test.call("NtReadFile", {file, event, 0, 0, test.scratch(8), test.scratch(16), 5, offset,
                                   0}) == STATUS_SUCCESS);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}
