// SPDX-License-Identifier: MIT
// Services of the built-in win32k, and the helpers behind callbacks, without a CPU.
#include "nt/win32k/win32k.hpp"
#include "nt/callbacks/user_callback.hpp"
#include "nt/memory/mm_kernel_stack.hpp"
#include "nt/test_kernel.hpp"
#include "nt/win32k/gui_thread.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t WH_KEYBOARD = 2;
constexpr std::uint32_t WH_MSGFILTER = 0xFFFFFFFF;
constexpr std::uint32_t procedure = 0x00401000;
constexpr std::uint32_t call_user_outcome = 2;

struct GuiKernel : TestKernel {
    explicit GuiKernel(const World& world = {}) : TestKernel(world) {
        REQUIRE(PspW32ThreadCallout(*kernel) == STATUS_SUCCESS);
    }
    [[nodiscard]] std::uint32_t last_error() {
        return kernel->structures.get(kernel->thread->teb, "TEB", "LastErrorValue");
    }
    std::uint32_t set_hook(std::uint32_t hook = procedure) {
        return call("NtUserSetWindowsHookEx", {0, 0, 0, WH_MSGFILTER, hook, 0}).value;
    }
    HypercallResult begin_filter(std::uint32_t message) {
        return call_raw(id_of("NtUserCallMsgFilter"), {message, 5});
    }
    /// What KiServiceCallUser leaves in the request.
    void answer(std::uint32_t request, NTSTATUS status, std::uint32_t output,
                std::uint32_t length) {
        const std::array<std::uint32_t, 3> words{status.value, output, length};
        kernel->structures.write_bytes(LinearAddress{request}, std::as_bytes(std::span(words)));
    }
    std::uint32_t message() { return put_value(MSG{.message = 0x100, .wParam = 0x41}); }
};

}  // namespace

TEST_CASE("NtUserSetWindowsHookEx: message filters of this thread, and nothing else",
          "[nt][win32k]") {
    GuiKernel test;
    const std::uint32_t own = test.kernel->thread->id;
    const auto set = [&](std::uint32_t thread, std::uint32_t type, std::uint32_t filter) {
        return test.call("NtUserSetWindowsHookEx", {0, 0, thread, type, filter, 0}).value;
    };
    const std::uint32_t first = set(own, WH_MSGFILTER, procedure);
    CHECK(first != 0);
    CHECK(set(0, WH_MSGFILTER, procedure) == first + 0x10000);
    CHECK(set(own, WH_KEYBOARD, procedure) == 0);
    CHECK(test.last_error() == 1426);  // ERROR_INVALID_HOOK_FILTER
    CHECK(set(own, WH_MSGFILTER, 0) == 0);
    CHECK(test.last_error() == 1427);  // ERROR_INVALID_FILTER_PROC
    CHECK(set(own + 4, WH_MSGFILTER, procedure) == 0);
    CHECK(test.last_error() == 87);  // ERROR_INVALID_PARAMETER
    for (int i = 2; i < 64; ++i) {
        CHECK(set(own, WH_MSGFILTER, procedure) != 0);
    }
    CHECK(set(own, WH_MSGFILTER, procedure) == 0);
    CHECK(test.last_error() == 8);  // ERROR_NOT_ENOUGH_MEMORY
    CHECK(test.call("NtUserUnhookWindowsHookEx", {first}).value == 1);
    CHECK(test.call("NtUserUnhookWindowsHookEx", {first}).value == 0);
    CHECK(test.last_error() == 1404);  // ERROR_INVALID_HOOK_HANDLE
}

TEST_CASE("win32k services of a thread that never became a GUI thread fail", "[nt][win32k]") {
    TestKernel test;
    CHECK(test.call("NtUserSetWindowsHookEx", {0, 0, 0, WH_MSGFILTER, procedure, 0}).value == 0);
    CHECK(test.call("NtUserUnhookWindowsHookEx", {0x10025}).value == 0);
    CHECK(test.call("NtUserCallMsgFilter", {test.put_value(MSG{}), 0}).value == 0);
    CHECK(test.call("NtUserGetThreadState", {0}).value == 0);
    CHECK(test.call("NtGdiFlush", {}).value == 0);
}

TEST_CASE("NtUserCallMsgFilter: asks the last filter set, by a callback", "[nt][win32k]") {
    GuiKernel test;
    const std::uint32_t message = test.message();
    CHECK(test.call("NtUserCallMsgFilter", {message, 5}).value == 0);
    test.set_hook();
    test.set_hook(procedure + 0x10);
    const HypercallResult begun = test.begin_filter(message);
    REQUIRE(begun.ecx == call_user_outcome);
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress request{begun.eax};
    CHECK(memory.read<std::uint32_t>(request + 0x0C) == callback_message_filter);
    CHECK(memory.read<std::uint32_t>(request + 0x10) == sizeof(MessageFilterCall));
    const auto input = memory.read<MessageFilterCall>(request + 0x14);
    CHECK(input.Procedure == procedure + 0x10);
    CHECK(input.Code == 5);
    CHECK(input.Message.message == 0x100);
    CHECK(input.Message.wParam == 0x41);

    SECTION("the dword it answers is the service's answer") {
        test.answer(begun.eax, STATUS_SUCCESS, test.put_value(0x1234U), 4);
        const HypercallResult over = test.kernel->resume(0, begun.eax);
        CHECK(over.ecx == 0);
        CHECK(over.eax == 0x1234);
    }
    SECTION("no answer is FALSE") {
        test.answer(begun.eax, STATUS_SUCCESS, 0, 0);
        CHECK(test.kernel->resume(0, begun.eax).eax == 0);
        CHECK(test.last_error() == 0);
    }
    SECTION("an answer that cannot be read is an error") {
        const std::uint32_t wild = GENERATE(0x10U, 0x80000000U, 0xFFFFFFFFU, 0x7FFEFFFEU);
        test.answer(begun.eax, STATUS_SUCCESS, wild, 4);
        CHECK(test.kernel->resume(0, begun.eax).eax == 0);
        CHECK(test.last_error() == 998);  // ERROR_NOACCESS
    }
    SECTION("a callback that failed or was not made is an error") {
        const auto [status, error] = GENERATE(
            std::pair{STATUS_STACK_OVERFLOW, 1001U}, std::pair{STATUS_ACCESS_VIOLATION, 998U},
            std::pair{STATUS_NO_MEMORY, 8U}, std::pair{STATUS_CALLBACK_POP_STACK, 1003U});
        test.answer(begun.eax, status, 0, 0);
        CHECK(test.kernel->resume(0, begun.eax).eax == 0);
        CHECK(test.last_error() == error);
    }
    CHECK(test.kernel->thread->pending.empty());
    // The request's block is the next one's.
    CHECK(test.begin_filter(message).eax == begun.eax);
}

TEST_CASE("NtUserCallMsgFilter: wild messages are refused", "[nt][win32k]") {
    GuiKernel test;
    test.set_hook();
    for (const std::uint32_t wild : {0U, 0x10U, 0x7FFEFFF0U, 0x80000000U, 0xFFFFFFF0U}) {
        CHECK(test.call("NtUserCallMsgFilter", {wild, 0}).value == 0);
        CHECK(test.last_error() == 998);
    }
}

TEST_CASE("callbacks: services that a return left behind are forgotten", "[nt][callback]") {
    GuiKernel test;
    test.set_hook();
    const std::uint32_t message = test.message();
    const HypercallResult outer = test.begin_filter(message);
    const HypercallResult inner = test.begin_filter(message);
    CHECK(inner.eax != outer.eax);
    CHECK(test.kernel->thread->pending.size() == 2);
    // The guest came back from the outer callback while the inner was still open.
    test.answer(outer.eax, STATUS_SUCCESS, 0, 0);
    CHECK(test.kernel->resume(0, outer.eax).ecx == 0);
    CHECK(test.kernel->thread->pending.empty());
    // A resume that nobody waits for is a guest's own jump into the kernel.
    CHECK(test.kernel->resume(0, inner.eax).eax == STATUS_UNSUCCESSFUL.value);
}

TEST_CASE("callbacks: a thread that ends gives its requests and its W32THREAD back",
          "[nt][callback]") {
    GuiKernel test;
    test.set_hook();
    const HypercallResult begun = test.begin_filter(test.message());
    const LinearAddress w32thread = test.kernel->thread->gui->w32thread;
    forget_callbacks(*test.kernel, *test.kernel->thread);
    end_gui_thread(*test.kernel, *test.kernel->thread);
    CHECK_FALSE(test.kernel->thread->gui);
    CHECK(test.kernel->pool->allocate(0x14 + sizeof(MessageFilterCall)) ==
          LinearAddress{begun.eax});
    CHECK(test.kernel->pool->allocate(0x28) == w32thread);
}

TEST_CASE("KeGdiFlushUserBatch: counts what it plays, and faults with the TEB", "[nt][win32k]") {
    GuiKernel test;
    Kernel& kernel = *test.kernel;
    const auto put = [&](std::string_view field, std::uint32_t value) {
        kernel.structures.set(kernel.thread->teb, "TEB", field, value);
    };
    const LinearAddress batch = kernel.structures.place(kernel.thread->teb, "TEB", "GdiTebBatch");
    put("GdiBatchCount", 3);
    kernel.structures.write(batch, 0x40U);
    CHECK(KeGdiFlushUserBatch(kernel) == STATUS_SUCCESS);
    CHECK(KeGdiFlushUserBatch(kernel) == STATUS_SUCCESS);
    CHECK(kernel.thread->gui->batches == 1);
    CHECK(kernel.thread->gui->commands == 3);
    CHECK(kernel.structures.read<std::uint32_t>(batch) == 0);
    CHECK(kernel.structures.get(kernel.thread->teb, "TEB", "GdiBatchCount") == 0);
    kernel.thread->teb = LinearAddress{0x10000000};
    CHECK(KeGdiFlushUserBatch(kernel) == STATUS_ACCESS_VIOLATION);
}

TEST_CASE("MmGrowKernelStack: down to the reserve, while there is memory", "[nt][callback]") {
    TestKernel test;
    Kernel& kernel = *test.kernel;
    KernelMemory& memory = kernel.structures;
    const LinearAddress limit_to = test.state.base_trap_frame - 0x100;
    const LinearAddress base{MmCreateKernelStack(kernel, true, limit_to)};
    REQUIRE(base.value != 0);
    const LinearAddress kthread = kernel.thread->kthread;
    const auto limit = [&] { return memory.get(kthread, "KTHREAD", "StackLimit"); };
    // A small stack does not grow.
    CHECK(MmGrowKernelStack(kernel, LinearAddress{limit() + 0x1000}) == STATUS_STACK_OVERFLOW);
    memory.set(kthread, "KTHREAD", "StackBase", base.value);
    memory.set(kthread, "KTHREAD", "StackLimit", memory.read<std::uint32_t>(limit_to));
    memory.set(kthread, "KTHREAD", "LargeStack", 1);
    CHECK(limit() == base.value - 0x3000);
    CHECK(MmGrowKernelStack(kernel, base - 0x1800) == STATUS_SUCCESS);
    CHECK(limit() == base.value - 0x5000);
    CHECK(memory.read<std::uint32_t>(base - 0x5000) == 0);
    CHECK(MmGrowKernelStack(kernel, base - 0x4C00) == STATUS_SUCCESS);
    CHECK(limit() == base.value - 0x8000);

    SECTION("the reserve ends") {
        memory.set(kthread, "KTHREAD", "StackLimit", base.value - 0xE000);
        CHECK(MmGrowKernelStack(kernel, base - 0xC004) == STATUS_STACK_OVERFLOW);
        CHECK(MmGrowKernelStack(kernel, base - 0xC000) == STATUS_SUCCESS);
        CHECK(limit() == base.value - 0xF000);
    }
    SECTION("the memory ends") {
        while (kernel.pages.allocate()) {
        }
        CHECK(MmGrowKernelStack(kernel, base - 0x7C00) == STATUS_NO_MEMORY);
        CHECK(MmCreateKernelStack(kernel, true, limit_to) == 0);
    }
    SECTION("a thread object that the guest spoiled has no stack to grow") {
        memory.set(kthread, "KTHREAD", "StackLimit", 0x00400000);
        CHECK(MmGrowKernelStack(kernel, LinearAddress{0x00400100}) == STATUS_STACK_OVERFLOW);
        memory.set(kthread, "KTHREAD", "StackLimit", base.value - 0x3001);
        CHECK(MmGrowKernelStack(kernel, base - 0x100) == STATUS_STACK_OVERFLOW);
    }
}

TEST_CASE("MmDeleteKernelStack: a stack comes back into use, and only a stack", "[nt][callback]") {
    TestKernel test;
    Kernel& kernel = *test.kernel;
    const LinearAddress limit_to = test.state.base_trap_frame - 0x100;
    const std::uint32_t base = MmCreateKernelStack(kernel, false, limit_to);
    MmDeleteKernelStack(kernel, LinearAddress{base});
    MmDeleteKernelStack(kernel, LinearAddress{0x00400000});
    MmDeleteKernelStack(kernel, LinearAddress{base + 1});
    CHECK(MmCreateKernelStack(kernel, false, limit_to) == base);
    CHECK(MmCreateKernelStack(kernel, false, limit_to) > base);
}

TEST_CASE("PspW32ThreadCallout: a full pool makes no GUI thread", "[nt][win32k]") {
    TestKernel test;
    while (test.kernel->pool->allocate(0x28)) {
    }
    CHECK(PspW32ThreadCallout(*test.kernel) == STATUS_NO_MEMORY);
    CHECK_FALSE(test.kernel->thread->gui);
}
