// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/objects/mutant_object.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/two_threads.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

struct Mutants : TwoThreads {
    std::uint32_t create_mutant(std::uint32_t owned, std::uint32_t access = 0x1F0001) {
        return create("NtCreateMutant", {access, 0, owned});
    }
    MutantObject& object(std::uint32_t handle) {
        return dynamic_cast<MutantObject&>(*kernel->handles.find(handle)->object);
    }
    MUTANT_BASIC_INFORMATION query(std::uint32_t handle) {
        REQUIRE(call("NtQueryMutant", {handle, 0, information, 8, 0}) == STATUS_SUCCESS);
        return get<MUTANT_BASIC_INFORMATION>(information);
    }
    const std::uint32_t information = scratch(8);
};

}  // namespace

TEST_CASE("NtReleaseMutant: as often as it was taken", "[nt][mutant]") {
    Mutants test;
    const std::uint32_t mutant = test.create_mutant(1);
    CHECK(test.poll(mutant) == STATUS_SUCCESS);
    CHECK(test.query(mutant).CurrentCount == -1);
    CHECK(test.query(mutant).OwnedByCaller == 1);
    const std::uint32_t previous = test.put_value(9U);
    CHECK(test.call("NtReleaseMutant", {mutant, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::int32_t>(previous) == -1);
    CHECK(test.call("NtReleaseMutant", {mutant, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::int32_t>(previous) == 0);
    CHECK(test.query(mutant).CurrentCount == 1);
    CHECK(test.query(mutant).OwnedByCaller == 0);
    CHECK(test.call("NtReleaseMutant", {mutant, 0}) == STATUS_MUTANT_NOT_OWNED);
}

TEST_CASE("NtWaitForSingleObject: a mutant goes from owner to waiter", "[nt][mutant]") {
    Mutants test;
    const std::uint32_t mutant = test.create_mutant(0);
    const std::uint32_t gate = test.create("NtCreateEvent", {0x1F0003, 0, 1, 0});
    CHECK(test.wait(gate).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.poll(mutant) == STATUS_SUCCESS);
    CHECK(test.call("NtSetEvent", {gate, 0}) == STATUS_SUCCESS);
    CHECK(test.wait(gate).ecx == test.blocked);
    test.switch_threads();
    CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
    REQUIRE(test.kernel->thread == test.first);

    CHECK(test.query(mutant).OwnedByCaller == 0);
    CHECK(test.poll(mutant) == STATUS_TIMEOUT);
    CHECK(test.call("NtReleaseMutant", {mutant, 0}) == STATUS_MUTANT_NOT_OWNED);
    CHECK(test.call("NtSetEvent", {gate, 0}) == STATUS_SUCCESS);
    CHECK(test.wait(mutant).ecx == test.blocked);
    test.switch_threads();
    CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
    REQUIRE(test.kernel->thread == test.second);
    CHECK(test.call("NtReleaseMutant", {mutant, 0}) == STATUS_SUCCESS);
    CHECK(test.poll(mutant) == STATUS_TIMEOUT);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
    CHECK(test.query(mutant).OwnedByCaller == 1);
}

TEST_CASE("mutant: abandoned when its owner ends", "[nt][mutant]") {
    Mutants test;
    const std::uint32_t mutant = test.create_mutant(0);
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 0, 0});
    CHECK(test.wait(event).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.poll(mutant) == STATUS_SUCCESS);
    CHECK(test.call("NtSetEvent", {event, 0}) == STATUS_SUCCESS);

    SECTION("and the next owner is told once") {
        PspTerminateThread(*test.kernel, *test.second, STATUS_SUCCESS);
        test.kernel->dispatcher.publish();
        test.switch_threads();
        CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
        CHECK(test.query(mutant).AbandonedState == 1);
        CHECK(test.query(mutant).CurrentCount == 1);
        CHECK(test.call("NtReleaseMutant", {mutant, 0}) == STATUS_ABANDONED_WAIT_0);
        const std::uint32_t list = test.put_value(std::array<std::uint32_t, 2>{event, mutant});
        CHECK(test.call("NtResetEvent", {event, 0}) == STATUS_SUCCESS);
        CHECK(test.call("NtWaitForMultipleObjects", {2, list, 1, 0, test.zero}) ==
              NTSTATUS{STATUS_ABANDONED_WAIT_0.value + 1});
        CHECK(test.query(mutant).AbandonedState == 0);
        CHECK(test.poll(mutant) == STATUS_SUCCESS);
    }
    SECTION("and who waits for it goes on") {
        REQUIRE(test.wait(test.create("NtCreateEvent", {0x1F0003, 0, 0, 0})).ecx == test.blocked);
        test.switch_threads();
        CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
        CHECK(test.wait(mutant, test.put_value(LARGE_INTEGER{-10'000'000})).ecx == test.blocked);
        PspTerminateThread(*test.kernel, *test.second, STATUS_SUCCESS);
        CHECK(test.kernel->resume(0).eax == STATUS_ABANDONED_WAIT_0.value);
        CHECK(test.query(mutant).OwnedByCaller == 1);
    }
}

TEST_CASE("mutant: the count has an end", "[nt][mutant]") {
    Mutants test;
    const std::uint32_t mutant = test.create_mutant(1);
    test.object(mutant).set_count(MutantObject::limit);
    CHECK(test.poll(mutant) == STATUS_MUTANT_LIMIT_EXCEEDED);
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 0, 1});
    const std::uint32_t list = test.put_value(std::array<std::uint32_t, 2>{event, mutant});
    const auto both = [&](std::uint32_t type) {
        return test.call("NtWaitForMultipleObjects", {2, list, type, 0, test.zero});
    };
    CHECK(both(0) == STATUS_MUTANT_LIMIT_EXCEEDED);
    CHECK(both(1) == STATUS_SUCCESS);
    CHECK(test.call("NtClearEvent", {event}) == STATUS_SUCCESS);
    CHECK(both(1) == STATUS_MUTANT_LIMIT_EXCEEDED);
}

TEST_CASE("mutants: failure statuses", "[nt][mutant]") {
    Mutants test;
    const std::uint32_t out = test.information;
    const std::uint32_t deaf = test.create_mutant(1, 0x00020000);
    CHECK(test.call("NtReleaseMutant", {deaf, 0}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtQueryMutant", {deaf, 0, out, 8, 0}) == STATUS_ACCESS_DENIED);
    const std::uint32_t mutant = test.create_mutant(1);
    CHECK(test.call("NtReleaseMutant", {mutant, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.query(mutant).CurrentCount == 0);
    CHECK(test.call("NtReleaseMutant", {0x999, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtReleaseMutant", {0xFFFFFFFE, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.call("NtQueryMutant", {mutant, 1, out, 8, 0}) == STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQueryMutant", {mutant, 0, out, 7, 0}) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(test.call("NtCreateMutant", {0x10, 0x1F0001, 0, 0}) == STATUS_ACCESS_VIOLATION);
}
