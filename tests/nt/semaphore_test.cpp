// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/two_threads.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

struct Semaphores : TwoThreads {
    std::uint32_t create_semaphore(std::uint32_t initial, std::uint32_t maximum,
                                   std::uint32_t access = 0x1F0003) {
        return create("NtCreateSemaphore", {access, 0, initial, maximum});
    }
};

}  // namespace

TEST_CASE("NtReleaseSemaphore: adds, up to the limit", "[nt][semaphore]") {
    Semaphores test;
    const std::uint32_t semaphore = test.create_semaphore(1, 3);
    CHECK(test.poll(semaphore) == STATUS_SUCCESS);
    CHECK(test.poll(semaphore) == STATUS_TIMEOUT);
    const std::uint32_t previous = test.put_value(9U);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 2, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(previous) == 0);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 2, previous}) ==
          STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 0x7FFFFFFF, 0}) ==
          STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    const std::uint32_t out = test.scratch(8);
    CHECK(test.call("NtQuerySemaphore", {semaphore, 0, out, 8, 0}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(out) == 2);
    CHECK(test.get<std::uint32_t>(out + 4) == 3);
}

TEST_CASE("NtReleaseSemaphore: one unit a waiter", "[nt][semaphore]") {
    Semaphores test;
    const std::uint32_t semaphore = test.create_semaphore(0, 5);
    CHECK(test.wait(semaphore).ecx == test.blocked);
    test.leave_to_second();
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 2, 0}) == STATUS_SUCCESS);
    CHECK(test.poll(semaphore) == STATUS_SUCCESS);
    CHECK(test.poll(semaphore) == STATUS_TIMEOUT);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}

TEST_CASE("semaphores: failure statuses", "[nt][semaphore]") {
    Semaphores test;
    const std::uint32_t out = test.scratch(8);
    const auto creates = [&](std::uint32_t initial, std::uint32_t maximum) {
        return test.call("NtCreateSemaphore", {out, 0x1F0003, 0, initial, maximum});
    };
    CHECK(creates(0, 0) == STATUS_INVALID_PARAMETER);
    CHECK(creates(2, 1) == STATUS_INVALID_PARAMETER);
    CHECK(creates(0xFFFFFFFF, 1) == STATUS_INVALID_PARAMETER);
    CHECK(creates(0, 0x80000000) == STATUS_INVALID_PARAMETER);
    const std::uint32_t deaf = test.create_semaphore(0, 1, SYNCHRONIZE);
    CHECK(test.call("NtReleaseSemaphore", {deaf, 1, 0}) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtQuerySemaphore", {deaf, 0, out, 8, 0}) == STATUS_ACCESS_DENIED);
    const std::uint32_t semaphore = test.create_semaphore(0, 1);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 0, 0}) == STATUS_INVALID_PARAMETER);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 0xFFFFFFFF, 0}) == STATUS_INVALID_PARAMETER);
    CHECK(test.call("NtReleaseSemaphore", {semaphore, 1, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.poll(semaphore) == STATUS_TIMEOUT);
    CHECK(test.call("NtReleaseSemaphore", {0x999, 1, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtReleaseSemaphore", {0xFFFFFFFE, 1, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.call("NtQuerySemaphore", {semaphore, 1, out, 8, 0}) == STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQuerySemaphore", {semaphore, 0, out, 9, 0}) == STATUS_INFO_LENGTH_MISMATCH);
}
