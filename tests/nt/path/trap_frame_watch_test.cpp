// SPDX-License-Identifier: MIT
// The watch that holds the host to editing live trap frames in frame_edit.cpp.
#include <catch2/catch.hpp>

#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

/// The base frame is live, as it is while the first thread's APC is delivered.
struct Watched : TestKernel {
    Watched() {
        kernel->structures.set(kernel->thread->kthread, "KTHREAD", "TrapFrame",
                               state.base_trap_frame.value);
    }
    /// A nested frame of ring 0 whose outer frame is the base frame.
    LinearAddress nest() {
        const LinearAddress inner = state.base_trap_frame - 0x200;
        KTRAP_FRAME frame;
        frame.SegCs = KGDT_R0_CODE;
        frame.Edx = state.base_trap_frame.value;
        kernel->structures.write(inner, frame);
        kernel->structures.set(kernel->thread->kthread, "KTHREAD", "TrapFrame", inner.value);
        return inner;
    }
};

}  // namespace

TEST_CASE("frame watch: a host write to any byte of a live frame is caught", "[nt][watch]") {
    Watched test;
    const LinearAddress frame = test.state.base_trap_frame;
    KernelMemory& memory = test.kernel->structures;
    for (const std::uint32_t offset : {0x00U, 0x2CU, 0x44U, 0x68U, 0x78U}) {
        CHECK_THROWS(memory.write(frame + offset, std::uint32_t{0}));
    }
    CHECK_THROWS(memory.write(frame + 0x7B, std::uint8_t{0}));
    CHECK_THROWS(memory.write(frame - 2, std::uint32_t{0}));
    CHECK(test.frame().Eip == 0x00401000);
}

TEST_CASE("frame watch: the stack beside a live frame is free", "[nt][watch]") {
    Watched test;
    CHECK_NOTHROW(test.kernel->structures.write(test.state.base_trap_frame - 4, std::uint32_t{1}));
    CHECK_NOTHROW(test.kernel->structures.write(test.state.base_trap_frame + KTRAP_FRAME::user_size,
                                                std::uint32_t{1}));
}

TEST_CASE("frame watch: the frames of outer calls are live too", "[nt][watch]") {
    Watched test;
    const LinearAddress inner = test.nest();
    KernelMemory& memory = test.kernel->structures;
    CHECK_THROWS(memory.write(inner + 0x68, std::uint32_t{0}));
    CHECK_THROWS(memory.write(test.state.base_trap_frame + 0x68, std::uint32_t{0}));
    // A frame of ring 0 has no ESP and SS.
    CHECK_NOTHROW(memory.write(inner + KTRAP_FRAME::kernel_size, std::uint32_t{0}));
}

TEST_CASE("frame watch: what frame_edit.cpp does passes", "[nt][watch]") {
    Watched test;
    CONTEXT context{.ContextFlags = CONTEXT::full};
    context.Eip = 0x1234;
    context.SegCs = KGDT_R3_CODE;
    context.SegSs = KGDT_R3_DATA;
    const auto result = test.call_raw(test.id_of("NtContinue"), {test.put_value(context), 0});
    CHECK_FALSE(result.stop);
    CHECK(test.frame().Eip == 0x1234);
    CHECK_NOTHROW(redirect(*test.kernel, test.state.base_trap_frame, LinearAddress{0x5678},
                           LinearAddress{0x12F000}, true));
    CHECK(test.frame().Eip == 0x5678);
    // And only while it does.
    CHECK_THROWS(
        test.kernel->structures.write(test.state.base_trap_frame + 0x68, std::uint32_t{0}));
}

TEST_CASE("frame watch: a user's pointer to a live frame is refused, not caught", "[nt][watch]") {
    Watched test;
    CHECK(test.call("NtQuerySystemTime", {test.state.base_trap_frame.value + 0x68}) ==
          STATUS_ACCESS_VIOLATION);
    CHECK(test.frame().Eip == 0x00401000);
}

#ifndef NDEBUG
TEST_CASE("frame watch: debug builds watch without being asked", "[nt][watch]") {
    TestKernel test({.watch_frames = false});
    test.kernel->structures.set(test.kernel->thread->kthread, "KTHREAD", "TrapFrame",
                                test.state.base_trap_frame.value);
    CHECK_THROWS(
        test.kernel->structures.write(test.state.base_trap_frame + 0x68, std::uint32_t{0}));
}
#endif

TEST_CASE("trap frame: one of ring 0 is read as far as its stack reaches", "[nt][watch]") {
    TestKernel test;
    const LinearAddress top{
        test.kernel->structures.get(test.kernel->thread->kthread, "KTHREAD", "InitialStack")};
    const LinearAddress at = top - KTRAP_FRAME::kernel_size;
    test.kernel->structures.write(at + 0x68, std::uint32_t{0x804D7000});
    test.kernel->structures.write(at + 0x6C, KGDT_R0_CODE);
    CHECK(trap_frame_at(test.kernel->structures, at).Eip == 0x804D7000);
}
