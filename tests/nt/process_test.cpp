// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

TEST_CASE("NtTerminateProcess: ends the run with the guest's status", "[nt][process]") {
    TestKernel test;
    CHECK(test.call("NtTerminateProcess", {0, 5}) == STATUS_SUCCESS);
    const auto result = test.call_raw(test.id_of("NtTerminateProcess"), {0xFFFFFFFF, 0x1FF});
    REQUIRE(result.stop);
    CHECK(result.stop->kind == guest::StopKind::guest_exit);
    CHECK(result.stop->status == 0x1FF);
    CHECK(result.stop->exit_status() == 0xFF);
    CHECK(test.call("NtTerminateProcess", {0x777, 5}) == STATUS_INVALID_HANDLE);
}

TEST_CASE("NtRaiseHardError: the loader's reason is the run's", "[nt][process]") {
    TestKernel test;
    const std::uint32_t parameters = test.put_value(test.put_string(u"missing.dll"));
    CHECK(test.call("NtRaiseHardError", {0xC0000135, 1, 1, parameters, 1, test.scratch(4)}) ==
          STATUS_SUCCESS);
    const auto result = test.call_raw(test.id_of("NtTerminateProcess"), {0xFFFFFFFF, 0xC0000135});
    REQUIRE(result.stop);
    CHECK(result.stop->kind == guest::StopKind::not_executable);
    CHECK_THAT(result.stop->message, Catch::Contains("missing.dll"));
    CHECK(test.call("NtRaiseHardError", {0, 5, 0, parameters, 1, test.scratch(4)}) ==
          STATUS_INVALID_PARAMETER_2);
}

TEST_CASE("queries: each class has its length", "[nt][process]") {
    TestKernel test;
    const std::uint32_t buffer = test.scratch(256);
    const std::uint32_t length = test.put_value(0U);
    CHECK(test.call("NtQueryInformationProcess", {~0U, 0, buffer, 0x18, length}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(length) == 0x18);
    CHECK(test.get<PROCESS_BASIC_INFORMATION>(buffer).PebBaseAddress == 0x7FFDF000);
    CHECK(test.call("NtQueryInformationProcess", {~0U, 0, buffer, 0x14, 0}) ==
          STATUS_INFO_LENGTH_MISMATCH);
    CHECK(test.call("NtQueryInformationProcess", {~0U, 999, buffer, 4, 0}) ==
          STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQueryInformationThread", {~1U, 0, buffer, 0x1C, 0}) == STATUS_SUCCESS);
    CHECK(test.get<THREAD_BASIC_INFORMATION>(buffer).TebBaseAddress == 0x7FFDE000);
    CHECK(test.call("NtQueryInformationThread", {~1U, 12, buffer, 4, 0}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(buffer) == 1);
    CHECK(test.call("NtSetInformationThread", {~1U, 9, test.put_value(0x401000U), 4}) ==
          STATUS_SUCCESS);
    CHECK(test.call("NtQueryInformationThread", {~1U, 9, buffer, 4, 0}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(buffer) == 0x401000);
    CHECK(test.call("NtQuerySystemInformation", {0, buffer, 0x2C, 0}) == STATUS_SUCCESS);
    CHECK(test.get<SYSTEM_BASIC_INFORMATION>(buffer).AllocationGranularity == 0x10000);
    CHECK(test.call("NtQuerySystemInformation", {0, buffer, 4, 0}) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(test.call("NtQuerySystemInformation", {0, 0x7FFF0000, 0x2C, 0}) ==
          STATUS_ACCESS_VIOLATION);
}

TEST_CASE("a service without a body: one warning, STATUS_NOT_IMPLEMENTED", "[nt][missing]") {
    TestKernel test;
    CHECK(test.call("NtCreatePort", {0, 0, 0, 0, 0}) == STATUS_NOT_IMPLEMENTED);
    CHECK(test.call("NtCreatePort", {0, 0, 0, 0, 0}) == STATUS_NOT_IMPLEMENTED);
    REQUIRE(test.warnings.size() == 1);
    CHECK_THAT(test.warnings[0], Catch::Contains("NtCreatePort") && Catch::Contains("tiny!main"));
}

TEST_CASE("a service without a body: --on-missing stop ends the run", "[nt][missing]") {
    TestKernel test({.stop_on_missing = true});
    const auto result = test.call_raw(test.id_of("NtCreatePort"), {0, 0, 0, 0, 0});
    REQUIRE(result.stop);
    CHECK(result.stop->exit_status() == 125);
}

TEST_CASE("hypercall ids that no thunk has are answered, not obeyed", "[nt][hostile]") {
    TestKernel test;
    for (const std::uint32_t id : {0U, 0x7FFFU, 0x8FFFU, 0xFFFFU, 0xFFFFFFFFU}) {
        const auto result = test.call_raw(id, {});
        CHECK_FALSE(result.stop);
        CHECK(result.eax == STATUS_INVALID_SYSTEM_SERVICE.value);
    }
    CHECK(test.kernel->resume(0).eax == STATUS_UNSUCCESSFUL.value);
}

TEST_CASE("a guest that breaks its own kernel ends its own run", "[nt][hostile]") {
    TestKernel test;
    const auto bad_stack =
        test.kernel->hypercall(test.id_of("NtClose"), LinearAddress{0xD0000000}, 0);
    REQUIRE(bad_stack.stop);
    CHECK_THAT(bad_stack.stop->message, Catch::Contains("PAGE_FAULT_IN_NONPAGED_AREA"));
    const auto bad_frame = test.call_raw(0x8002, {0xD0000000, 0, 0xD0000000, 1, 1});
    CHECK(bad_frame.stop);
}

TEST_CASE("every service survives arguments of every bad kind", "[nt][hostile]") {
    for (const std::uint32_t word : {0U, 1U, 0x10U, 0x7FFEFFFFU, 0x7FFF0000U, 0x804D7000U,
                                     0xC0300000U, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
        TestKernel test;
        for (const ThunkRow& thunk : test.state.thunks) {
            if (!thunk.implemented) {
                continue;
            }
            CAPTURE(thunk.name, word);
            CHECK_NOTHROW(test.call_raw(
                thunk.id, std::vector<std::uint32_t>(thunk.argument_bytes / 4, word)));
        }
    }
}

TEST_CASE("observer: arguments are decoded by their types", "[nt][trace]") {
    struct Observer final : guest::ServiceObserver {
        void service_begins(const guest::ServiceCall& call) override { begun.push_back(call); }
        void service_ends(const guest::ServiceCall&, const guest::ServiceResult& result) override {
            ended.push_back(result);
        }
        void thread_ended(std::uint32_t) override {}
        std::vector<guest::ServiceCall> begun;
        std::vector<guest::ServiceResult> ended;
    } observer;
    TestKernel test;
    test.kernel->set_observer(&observer);
    std::uint32_t file = 0;
    REQUIRE(test.open(u"\\??\\C:\\app\\data.txt", 0x80100080, file) == STATUS_SUCCESS);
    REQUIRE(observer.begun.size() == 1);
    CHECK(observer.begun[0].name == "NtCreateFile");
    CHECK(observer.begun[0].decoded[2].name == "ObjectAttributes");
    CHECK(observer.begun[0].decoded[2].text == "\"\\??\\C:\\app\\data.txt\"");
    REQUIRE(observer.ended[0].outputs.size() == 2);
    CHECK(observer.ended[0].outputs[0].text == "C:\\app\\data.txt");
    CHECK(test.call("NtClose", {file}) == STATUS_SUCCESS);
    CHECK(observer.begun[1].decoded[0].text == "C:\\app\\data.txt");
    CHECK(observer.ended[1].status_name == "STATUS_SUCCESS");
}
