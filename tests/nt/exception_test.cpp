// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t KiDeliverUserApc_id = 0x8000;
constexpr std::uint32_t KiDispatchException_id = 0x8002;
constexpr std::uint32_t KeBugCheckTrap_id = 0x8007;

/// Pretends that an ntdll with its dispatchers is there.
struct Dispatching : TestKernel {
    Dispatching() {
        kernel->boot_state.user_exception_dispatcher = LinearAddress{0x7C90EAEC};
        kernel->boot_state.user_apc_dispatcher = LinearAddress{0x7C90EAC0};
    }
    std::uint32_t put_record(const EXCEPTION_RECORD& record) {
        const LinearAddress at = state.base_trap_frame - 0x100;
        kernel->structures.write(at, record);
        return at.value;
    }
    HypercallResult dispatch(const EXCEPTION_RECORD& record, std::uint32_t previous_mode = 1) {
        return call_raw(KiDispatchException_id,
                        {put_record(record), 0, state.base_trap_frame.value, previous_mode, 1});
    }
};

constexpr EXCEPTION_RECORD access_violation{.ExceptionCode = 0xC0000005,
                                            .ExceptionAddress = 0x00401000,
                                            .NumberParameters = 2,
                                            .ExceptionInformation = {1, 0x10}};

}  // namespace

TEST_CASE("KiDispatchException: record and context stand on the user's stack", "[nt][exception]") {
    Dispatching test;
    const std::uint32_t old_esp = test.frame().HardwareEsp;
    const auto result = test.dispatch(access_violation);
    REQUIRE_FALSE(result.stop);
    const KTRAP_FRAME frame = test.frame();
    const std::uint32_t s = (old_esp & ~3U) - 0x2CC;
    const std::uint32_t r = s - 0x1C;
    CHECK(frame.Eip == 0x7C90EAEC);
    CHECK(frame.HardwareEsp == r - 8);
    CHECK(test.get<std::uint32_t>(r - 8) == r);
    CHECK(test.get<std::uint32_t>(r - 4) == s);
    CHECK(test.get<std::uint32_t>(r) == 0xC0000005);
    CHECK(test.get<std::uint32_t>(r + 0x18) == 0x10);
    const auto context = test.get<CONTEXT>(s);
    CHECK(context.ContextFlags == 0x1003F);
    CHECK(context.Eip == 0x00401000);
    CHECK(context.Esp == old_esp);
    CHECK(context.SegCs == 0x1B);
    CHECK(frame.SegFs == 0x3B);
    CHECK(frame.SegGs == 0);
}

TEST_CASE("KiDispatchException: a breakpoint's context points at it", "[nt][exception]") {
    Dispatching test;
    const EXCEPTION_RECORD record{.ExceptionCode = STATUS_BREAKPOINT.value};
    REQUIRE_FALSE(test.dispatch(record).stop);
    const auto context_at = test.get<std::uint32_t>(test.frame().HardwareEsp + 4);
    CHECK(test.get<CONTEXT>(context_at).Eip == 0x00400FFF);
}

TEST_CASE("KiDispatchException: without a stack the process ends with a report",
          "[nt][exception]") {
    Dispatching test;
    CONTEXT context{.ContextFlags = CONTEXT::full};
    context.Esp = 0x500;
    REQUIRE(load_context(*test.kernel, test.state.base_trap_frame, context) == STATUS_SUCCESS);
    const auto result = test.dispatch(access_violation);
    REQUIRE(result.stop);
    CHECK(result.stop->kind == guest::StopKind::guest_failure);
    CHECK(result.stop->status == 0xC0000005);
    CHECK(result.stop->exit_status() == 120);
    CHECK_THAT(result.stop->message, Catch::Contains("STATUS_ACCESS_VIOLATION (0xC0000005)") &&
                                         Catch::Contains("tiny!main") &&
                                         Catch::Contains("write to 00000010"));
    CHECK_THAT(result.stop->report, Catch::Contains("EAX="));
}

TEST_CASE("KiDispatchException: the kernel's own exception is a bugcheck", "[nt][exception]") {
    Dispatching test;
    const auto result = test.dispatch(access_violation, 0);
    REQUIRE(result.stop);
    CHECK_THAT(result.stop->message, Catch::Contains("0x1E KMODE_EXCEPTION_NOT_HANDLED"));
}

TEST_CASE("KeBugCheckTrap: names code, place and frame", "[nt][exception]") {
    TestKernel test;
    test.kernel->fault_address = [] { return 0xDEADBEEF; };
    const auto result =
        test.call_raw(KeBugCheckTrap_id, {0x50, test.state.base_trap_frame.value, 0x0E});
    REQUIRE(result.stop);
    CHECK_THAT(result.stop->message,
               Catch::Contains("0x50 PAGE_FAULT_IN_NONPAGED_AREA") && Catch::Contains("DEADBEEF"));
    CHECK_THAT(result.stop->report, Catch::Contains("trap frame"));
}

TEST_CASE("NtContinue: loads the context, cleaned of what a user may not have", "[nt][exception]") {
    TestKernel test;
    CONTEXT context{.ContextFlags = CONTEXT::full};
    context.Eip = 0x1234;
    context.Eax = 77;
    context.EFlags = 0xFFFDFFFF;
    context.SegCs = 0x18;
    context.SegSs = 0x20;
    context.SegDs = 0x20;
    context.SegEs = 0x20;
    context.SegFs = 0x38;
    context.SegGs = 0x38;
    context.Esp = 0x12FF00;
    const auto result = test.call_raw(test.id_of("NtContinue"), {test.put_value(context), 0});
    CHECK(result.ecx == 3);
    const KTRAP_FRAME frame = test.frame();
    CHECK(frame.Eip == 0x1234);
    CHECK(frame.Eax == 77);
    CHECK(frame.SegCs == 0x1B);
    CHECK(frame.HardwareSegSs == 0x23);
    CHECK(frame.SegFs == 0x3B);
    CHECK(frame.SegGs == 0);
    CHECK((frame.EFlags & 0x3000) == 0);
    CHECK((frame.EFlags & 0x200) != 0);
    CHECK(test.call("NtContinue", {0x10, 0}) == STATUS_ACCESS_VIOLATION);
    context.EFlags |= 0x20000;
    CHECK(test.call("NtContinue", {test.put_value(context), 0}) == STATUS_ACCESS_DENIED);
}

TEST_CASE("NtRaiseException: sends the record on with its own context", "[nt][exception]") {
    Dispatching test;
    CONTEXT context{.ContextFlags = CONTEXT::full};
    context.Eip = 0x00401004;
    context.SegCs = 0x1B;
    context.SegSs = 0x23;
    context.Esp = 0x12FF00;
    EXCEPTION_RECORD record{.ExceptionCode = 0xE0000001, .NumberParameters = 1};
    auto result = test.call_raw(test.id_of("NtRaiseException"),
                                {test.put_value(record), test.put_value(context), 1});
    CHECK(result.ecx == 3);
    CHECK(test.frame().Eip == 0x7C90EAEC);
    result = test.call_raw(test.id_of("NtRaiseException"),
                           {test.put_value(record), test.put_value(context), 0});
    REQUIRE(result.stop);
    CHECK(result.stop->status == 0xE0000001);
    record.NumberParameters = 16;
    CHECK(test.call("NtRaiseException", {test.put_value(record), test.put_value(context), 1}) ==
          STATUS_INVALID_PARAMETER);
}

TEST_CASE("user APCs: queued, made pending, delivered through the frame", "[nt][apc]") {
    Dispatching test;
    CHECK(test.call("NtQueueApcThread", {0xFFFFFFFE, 0x401000, 1, 2, 3}) == STATUS_SUCCESS);
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress state = memory.place(test.kernel->thread->kthread, "KTHREAD", "ApcState");
    CHECK(memory.get(state, "KAPC_STATE", "UserApcPending") == 0);
    CHECK(test.call("NtTestAlert", {}) == STATUS_SUCCESS);
    CHECK(memory.get(state, "KAPC_STATE", "UserApcPending") == 1);
    const std::uint32_t old_esp = test.frame().HardwareEsp;
    REQUIRE_FALSE(test.call_raw(KiDeliverUserApc_id, {test.state.base_trap_frame.value}).stop);
    CHECK(memory.get(state, "KAPC_STATE", "UserApcPending") == 0);
    const KTRAP_FRAME frame = test.frame();
    const std::uint32_t stack = (old_esp & ~3U) - 0x2DC;
    CHECK(frame.HardwareEsp == stack);
    CHECK(frame.Eip == 0x7C90EAC0);
    CHECK(test.get<std::uint32_t>(stack) == 0x401000);
    CHECK(test.get<std::uint32_t>(stack + 12) == 3);
    CHECK(test.get<CONTEXT>(stack + 0x10).Eip == 0x00401000);
    CHECK(test.get<CONTEXT>(stack + 0x10).ContextFlags == 0x10017);
}

TEST_CASE("frame watch: host code outside frame_edit.cpp may not write a frame", "[nt][frames]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress frame = test.state.base_trap_frame;
    CHECK_THROWS_WITH(memory.write(frame + 0x68, std::uint32_t{0}),
                      Catch::Contains("frame_edit.cpp only"));
    CHECK_THROWS(memory.write(frame - 2, std::uint32_t{0}));
    CHECK_NOTHROW(memory.write(frame - 4, std::uint32_t{0}));
    CHECK_NOTHROW(memory.write(frame + 0x8C, std::uint32_t{0}));
    CHECK_NOTHROW(static_cast<void>(replace_eip(*test.kernel, frame, LinearAddress{0x401001})));
    CHECK(test.frame().Eip == 0x401001);
    CHECK_THROWS(memory.write(frame + 0x68, std::uint32_t{0}));
}
