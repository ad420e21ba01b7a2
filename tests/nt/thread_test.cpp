// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>

#include "base/archive.hpp"
#include "nt/test_kernel.hpp"
#include "nt/test_thread.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t self = 0xFFFFFFFE;
constexpr std::uint32_t process = 0xFFFFFFFF;
constexpr LinearAddress first_teb{0x7FFDE000};

THREAD_BASIC_INFORMATION basic(TestKernel& test, std::uint32_t thread) {
    const std::uint32_t buffer = test.scratch(sizeof(THREAD_BASIC_INFORMATION));
    REQUIRE(test.call("NtQueryInformationThread", {thread, 0, buffer, 0x1C, 0}) == STATUS_SUCCESS);
    return test.get<THREAD_BASIC_INFORMATION>(buffer);
}

}  // namespace

TEST_CASE("NtCreateThread: KTHREAD, stack and TEB as the first thread has them", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    REQUIRE(created.status == STATUS_SUCCESS);
    CHECK(created.id == test.kernel->thread->id + 4);
    const auto thread = test.kernel->dispatcher.thread_of(created.id);
    REQUIRE(thread);
    CHECK(thread->teb == first_teb - page_size);
    CHECK(thread->state == kernelkit::ThreadState::ready);

    KernelMemory& memory = test.kernel->structures;
    const auto field = [&](std::string_view name) {
        return memory.get(thread->kthread, "KTHREAD", name);
    };
    const std::uint32_t top = field("InitialStack");
    CHECK(field("StackBase") == top);
    CHECK(field("StackLimit") == top - kernel_stack_size);
    CHECK(field("Teb") == thread->teb.value);
    CHECK(field("PreviousMode") == 1);
    CHECK(field("TrapFrame") == top - 0x29C);
    CHECK(field("Priority") == 8);
    CHECK(field("State") == 1);
    // KUINIT_FRAME: 0x2B8 bytes below the top.
    CHECK(field("KernelStack") == top - 0x2B8);
    const auto dword = [&](std::uint32_t below_top) {
        return memory.read<std::uint32_t>(LinearAddress{top - below_top});
    };
    CHECK(dword(0x2B8) == 0xFFFFFFFF);  // ExceptionList
    CHECK(dword(0x2B4) == 2);           // EFLAGS: interrupts are off
    CHECK(dword(0x2B0) == test.kernel->boot_state.thread_startup.value);
    CHECK(dword(0x2AC) == test.kernel->boot_state.user_thread_startup.value);
    CHECK(dword(0x2A0) == 1);  // UserThread
    CHECK(memory.read<std::uint16_t>(LinearAddress{top - 0x210}) == 0x027F);

    const auto frame = memory.read<KTRAP_FRAME>(LinearAddress{top - 0x29C});
    CHECK(frame.Eip == TestThreads::start);
    CHECK(frame.HardwareEsp == TestThreads::stack_base - 8);
    CHECK(frame.SegCs == 0x1B);
    CHECK(frame.HardwareSegSs == 0x23);
    CHECK(frame.SegFs == 0x3B);
    CHECK(frame.EFlags == 0x200);  // IOPL is not a user's to choose.
    CHECK(frame.PreviousPreviousMode == 1);
    CHECK(frame.ExceptionList == 0xFFFFFFFF);
    CHECK(frame.DbgArgMark == 0xBADB0D00);

    CHECK(test.get<std::uint32_t>(thread->teb.value + 0x04) == TestThreads::stack_base);
    CHECK(test.get<std::uint32_t>(thread->teb.value + 0x08) == TestThreads::stack_base - 0x1000);
    CHECK(test.get<std::uint32_t>(thread->teb.value + 0x18) == thread->teb.value);
    CHECK(test.get<std::uint32_t>(thread->teb.value + 0x24) == created.id);
    CHECK(test.get<std::uint32_t>(thread->teb.value + 0x30) == 0x7FFDF000);
    CHECK(test.get<std::uint32_t>(thread->teb.value + 0xE0C) == TestThreads::stack_base - 0x10000);
}

TEST_CASE("NtCreateThread: selectors and flags of the context are made a user's", "[nt][thread]") {
    TestThreads test;
    CONTEXT context = TestThreads::context();
    context.SegCs = 0x08;
    context.SegDs = 0x10;
    context.SegFs = 0x30;
    context.EFlags = 0x3D46;
    const auto created = test.create(context);
    REQUIRE(created.status == STATUS_SUCCESS);
    const auto frame = test.frame_of(created.id);
    CHECK(frame.SegCs == 0x0B);
    CHECK(frame.SegDs == 0x13);
    CHECK(frame.SegFs == 0x33);
    CHECK(frame.EFlags == 0x0F46);
    context.EFlags = 0x20202;  // V86 mode
    CHECK(test.create(context).status == STATUS_ACCESS_DENIED);
}

TEST_CASE("NtCreateThread: what cannot be had is refused, and nothing is kept", "[nt][thread]") {
    TestThreads test;
    const std::uint32_t out = test.scratch(4);
    const std::uint32_t id = test.scratch(8);
    const std::uint32_t context = test.put_value(TestThreads::context());
    const std::uint32_t teb = test.put_value(TestThreads::initial_teb());
    const auto create = [&](std::vector<std::uint32_t> arguments) {
        return test.call("NtCreateThread", arguments);
    };
    CHECK(create({0x10, 0, 0, process, id, context, teb, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(create({out, 0, 0, process, 0x10, context, teb, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(create({out, 0, 0, process, id, 0, teb, 0}) == STATUS_INVALID_PARAMETER);
    CHECK(create({out, 0, 0, process, id, 0x10, teb, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(create({out, 0, 0, process, id, context, 0x10, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(create({out, 0, 0, 0x777, id, context, teb, 0}) == STATUS_INVALID_HANDLE);
    CHECK(create({out, 0, 0, self, id, context, teb, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.kernel->dispatcher.threads().size() == 1);
    CHECK(test.kernel->memory.space().is_free(first_teb - page_size, page_size));
    // ClientId is optional.
    CHECK(create({out, 0, 0, process, 0, context, teb, 0}) == STATUS_SUCCESS);
}

TEST_CASE("NtCreateThread: without RAM or pool, the kernel says so and goes on", "[nt][thread]") {
    TestThreads test(TestKernel::World{.ram = 8U << 20});
    std::vector<std::uint32_t> handles;
    auto created = test.create();
    for (; created.status == STATUS_SUCCESS; created = test.create()) {
        handles.push_back(created.handle);
        REQUIRE(handles.size() < 10'000);
    }
    CHECK((created.status == STATUS_INSUFFICIENT_RESOURCES || created.status == STATUS_NO_MEMORY));
    CHECK(test.kernel->dispatcher.threads().size() == handles.size() + 1);
    CHECK(test.create().status == created.status);
    // One that ends makes room for another.
    REQUIRE(handles.size() > 2);
    CHECK(test.call("NtTerminateThread", {handles[1], 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtClose", {handles[1]}) == STATUS_SUCCESS);
    CHECK(test.create().status == STATUS_SUCCESS);
}

TEST_CASE("NtCreateThread: created and ended a thousand times, in the same memory",
          "[nt][thread]") {
    TestThreads test;
    const auto first = test.create();
    const auto kthread = test.kernel->dispatcher.thread_of(first.id)->kthread;
    CHECK(test.call("NtTerminateThread", {first.handle, 1}) == STATUS_SUCCESS);
    CHECK(test.call("NtClose", {first.handle}) == STATUS_SUCCESS);
    for (int i = 0; i < 1000; ++i) {
        const auto created = test.create();
        REQUIRE(created.status == STATUS_SUCCESS);
        const auto thread = test.kernel->dispatcher.thread_of(created.id);
        REQUIRE(thread->kthread == kthread);
        REQUIRE(thread->teb == first_teb - page_size);
        REQUIRE(test.call("NtTerminateThread", {created.handle, 1}) == STATUS_SUCCESS);
        REQUIRE(test.call("NtClose", {created.handle}) == STATUS_SUCCESS);
    }
}

TEST_CASE("NtCreateThread: a suspended thread has its suspend APC queued", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create(TestThreads::context(), true);
    const auto thread = test.kernel->dispatcher.thread_of(created.id);
    KernelMemory& memory = test.kernel->structures;
    CHECK(memory.get(thread->kthread, "KTHREAD", "SuspendCount") == 1);
    const auto apc_state = memory.place(thread->kthread, "KTHREAD", "ApcState");
    CHECK(memory.get(apc_state, "KAPC_STATE", "KernelApcPending") == 1);
    const std::uint32_t previous = test.scratch(4);
    CHECK(test.call("NtResumeThread", {created.handle, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(previous) == 1);
}

TEST_CASE("NtOpenThread: by client id, never by a name", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    const std::uint32_t out = test.scratch(4);
    const std::uint32_t none = test.put_value(OBJECT_ATTRIBUTES{.Length = 0x18});
    const auto open = [&](std::uint32_t attributes, CLIENT_ID id) {
        return test.call("NtOpenThread", {out, 0x1F03FF, attributes, test.put_value(id)});
    };
    CHECK(open(none, {0, created.id}) == STATUS_SUCCESS);
    CHECK(basic(test, test.get<std::uint32_t>(out)).ClientId.UniqueThread == created.id);
    CHECK(open(none, {test.kernel->process->id, created.id}) == STATUS_SUCCESS);
    CHECK(open(none, {0x400, created.id}) == STATUS_INVALID_CID);
    CHECK(open(none, {0, 0x9990}) == STATUS_INVALID_CID);
    CHECK(open(test.put_name(u"thread"), {0, created.id}) == STATUS_INVALID_PARAMETER_MIX);
    CHECK(test.call("NtOpenThread", {out, 0, none, 0}) == STATUS_INVALID_PARAMETER_MIX);
    CHECK(test.call("NtOpenThread", {out, 0, none, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtOpenThread", {out, 0, 0, test.put_value(CLIENT_ID{})}) ==
          STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtOpenThread", {0x10, 0, none, test.put_value(CLIENT_ID{0, created.id})}) ==
          STATUS_ACCESS_VIOLATION);
}

TEST_CASE("NtTerminateThread: another thread, wherever it is", "[nt][thread]") {
    TestThreads test;
    const auto ready = test.create();
    const auto object = test.kernel->dispatcher.thread_of(ready.id);
    CHECK(test.call("NtTerminateThread", {ready.handle, 0x55}) == STATUS_SUCCESS);
    CHECK(test.kernel->dispatcher.threads().size() == 1);
    CHECK(basic(test, ready.handle).ExitStatus == 0x55);
    // The object is signalled, and its second end changes nothing.
    CHECK(test.call("NtWaitForSingleObject", {ready.handle, 0, 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtTerminateThread", {ready.handle, 0x66}) == STATUS_SUCCESS);
    CHECK(basic(test, ready.handle).ExitStatus == 0x55);
    CHECK(object->pending.empty());
    CHECK(test.call("NtTerminateThread", {0x777, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtTerminateThread", {process, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.call("NtTerminateThread", {0, 0}) == STATUS_CANT_TERMINATE_SELF);
}

TEST_CASE("observer: is told of a thread that ends", "[nt][thread][trace]") {
    struct Observer final : guest::ServiceObserver {
        void service_begins(const guest::ServiceCall&) override {}
        void service_ends(const guest::ServiceCall&, const guest::ServiceResult&) override {}
        void thread_ended(std::uint32_t id) override { ended.push_back(id); }
        std::vector<std::uint32_t> ended;
    } observer;
    TestThreads test;
    test.kernel->set_observer(&observer);
    const auto created = test.create();
    CHECK(observer.ended.empty());
    CHECK(test.call("NtTerminateThread", {created.handle, 0}) == STATUS_SUCCESS);
    CHECK(observer.ended == std::vector<std::uint32_t>{created.id});
    test.kernel->set_observer(nullptr);
}

TEST_CASE("NtTerminateThread: one that waits leaves no wait and no timer behind", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    test.switch_to(created.id);
    const auto id = test.id_of("NtDelayExecution");
    CHECK(test.call_raw(id, {0, test.put_value(LARGE_INTEGER{-1'000'000})}).ecx == 1);
    const auto thread = test.kernel->thread;
    CHECK(thread->pending.size() == 1);
    CHECK(test.kernel->dispatcher.has_timers());
    test.switch_to(test.first_id);
    CHECK(test.call("NtTerminateThread", {created.handle, 1}) == STATUS_SUCCESS);
    CHECK(thread->pending.empty());
    CHECK_FALSE(thread->is_waiting());
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
}

TEST_CASE("NtTerminateThread: oneself; stack and TEB go when the processor has left",
          "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    test.switch_to(created.id);
    const auto thread = test.kernel->thread;
    const LinearAddress teb = thread->teb;
    const auto ended = test.call_raw(test.id_of("NtTerminateThread"), {self, 9});
    CHECK(ended.ecx == 1);
    CHECK_FALSE(ended.stop);
    CHECK_FALSE(test.kernel->memory.space().is_free(teb, page_size));
    test.switch_to(test.first_id);
    CHECK(test.kernel->memory.space().is_free(teb, page_size));
    CHECK(basic(test, created.handle).ExitStatus == 9);
    CHECK(basic(test, created.handle).TebBaseAddress == 0);
}

TEST_CASE("NtTerminateThread: FreeStackOnTermination frees the user's stack too", "[nt][thread]") {
    TestThreads test;
    LinearAddress base{};
    std::uint32_t size = 0x10000;
    REQUIRE(test.kernel->memory.allocate(base, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE,
                                         highest_user_address) == STATUS_SUCCESS);
    const auto created =
        test.create(TestThreads::context(), false,
                    {0, 0, base.value + size, base.value + size - 0x1000, base.value});
    const auto thread = test.kernel->dispatcher.thread_of(created.id);
    test.switch_to(created.id);
    test.kernel->structures.set(thread->teb, "TEB", "FreeStackOnTermination", 1);
    CHECK(test.call_raw(test.id_of("NtTerminateThread"), {self, 9}).ecx == 1);
    test.switch_to(test.first_id);
    CHECK(test.kernel->memory.space().is_free(base, size));
}

TEST_CASE("NtTerminateThread: the last thread takes the process with it", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    CHECK(test.call("NtTerminateThread", {created.handle, 1}) == STATUS_SUCCESS);
    const auto last = test.call_raw(test.id_of("NtTerminateThread"), {self, 0x77});
    REQUIRE(last.stop);
    CHECK(last.stop->kind == guest::StopKind::guest_exit);
    CHECK(last.stop->status == 0x77);
}

TEST_CASE("a thread that ends abandons what it owns", "[nt][thread]") {
    struct Owned final : Ownable {
        void abandon(Kernel&) override { ++abandoned; }
        int abandoned = 0;
    };
    TestThreads test;
    const auto created = test.create();
    const auto owned = std::make_shared<Owned>();
    test.kernel->dispatcher.thread_of(created.id)->owned.push_back(owned);
    CHECK(test.call("NtTerminateThread", {created.handle, 1}) == STATUS_SUCCESS);
    CHECK(owned->abandoned == 1);
    CHECK(owned.use_count() == 1);
}

TEST_CASE("NtTerminateProcess(NULL) ends all other threads", "[nt][thread]") {
    TestThreads test;
    const auto one = test.create();
    const auto two = test.create();
    CHECK(test.call("NtTerminateProcess", {0, 0x44}) == STATUS_SUCCESS);
    CHECK(test.kernel->dispatcher.threads().size() == 1);
    CHECK(basic(test, one.handle).ExitStatus == 0x44);
    CHECK(basic(test, two.handle).ExitStatus == 0x44);
}

TEST_CASE("thread information: priorities are increments of the process's", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    // Whoever is above the caller would run at once.
    CHECK(test.call("NtSetInformationThread", {self, 2, test.put_value(31U), 4}) == STATUS_SUCCESS);
    const auto set = [&](std::uint32_t information_class, std::uint32_t value) {
        return test.call("NtSetInformationThread",
                         {created.handle, information_class, test.put_value(value), 4});
    };
    CHECK(set(3, static_cast<std::uint32_t>(-2)) == STATUS_SUCCESS);
    CHECK(basic(test, created.handle).Priority == 6);
    CHECK(basic(test, created.handle).BasePriority == -2);
    CHECK(set(3, 16) == STATUS_SUCCESS);
    CHECK(basic(test, created.handle).Priority == 15);
    CHECK(basic(test, created.handle).BasePriority == 16);
    CHECK(set(3, static_cast<std::uint32_t>(-16)) == STATUS_SUCCESS);
    CHECK(basic(test, created.handle).Priority == 1);
    CHECK(basic(test, created.handle).BasePriority == -16);
    CHECK(set(3, 3) == STATUS_INVALID_PARAMETER);
    CHECK(set(3, 0) == STATUS_SUCCESS);
    CHECK(set(2, 20) == STATUS_SUCCESS);
    CHECK(basic(test, created.handle).Priority == 20);
    CHECK(basic(test, created.handle).BasePriority == 0);
    CHECK(set(2, 0) == STATUS_INVALID_PARAMETER);
    CHECK(set(2, 32) == STATUS_INVALID_PARAMETER);
}

TEST_CASE("thread information: a raised thread's caller gives way on its way out", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    const auto raised = test.call_raw(test.id_of("NtSetInformationThread"),
                                      {created.handle, 2, test.put_value(9U), 4});
    CHECK(raised.ecx == 1);
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress prcb = memory.place(test.kernel->boot_state.pcr, "KPCR", "PrcbData");
    CHECK(memory.get(prcb, "KPRCB", "NextThread") ==
          test.kernel->dispatcher.thread_of(created.id)->kthread.value);
    const auto resumed = test.kernel->resume(0);
    CHECK(resumed.ecx == 1);  // The guest came back without having switched.
    test.switch_to(created.id);
    test.switch_to(test.first_id);
    CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
}

TEST_CASE("thread information: the other classes", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    const std::uint32_t buffer = test.scratch(0x40);
    const auto query = [&](std::uint32_t information_class, std::uint32_t length) {
        return test.call("NtQueryInformationThread",
                         {created.handle, information_class, buffer, length, 0});
    };
    const auto set = [&](std::uint32_t information_class, std::uint32_t value,
                         std::uint32_t length = 4) {
        return test.call("NtSetInformationThread",
                         {created.handle, information_class, test.put_value(value), length});
    };
    CHECK(query(12, 4) == STATUS_SUCCESS);  // ThreadAmILastThread
    CHECK(test.get<std::uint32_t>(buffer) == 0);
    CHECK(query(9, 4) == STATUS_SUCCESS);  // ThreadQuerySetWin32StartAddress: EAX at first
    CHECK(test.get<std::uint32_t>(buffer) == TestThreads::context().Eax);
    CHECK(set(14, 1) == STATUS_SUCCESS);  // ThreadPriorityBoost
    CHECK(query(14, 4) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(buffer) == 1);
    CHECK(set(4, 1) == STATUS_SUCCESS);  // ThreadAffinityMask
    CHECK(set(4, 2) == STATUS_INVALID_PARAMETER);
    CHECK(set(17, 0, 0) == STATUS_SUCCESS);  // ThreadHideFromDebugger
    CHECK(set(17, 0) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(set(9, 0, 8) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(set(99, 0) == STATUS_INVALID_INFO_CLASS);
    CHECK(query(1, 0x20) == STATUS_SUCCESS);  // ThreadTimes
    CHECK(test.get<KERNEL_USER_TIMES>(buffer).CreateTime == host::default_date.ticks);
    CHECK(test.get<KERNEL_USER_TIMES>(buffer).ExitTime == 0);

    const LinearAddress slot = first_teb - page_size + 0xE10 + 4 * 5;
    test.kernel->structures.write(slot, 0x1234U);
    CHECK(set(10, 5) == STATUS_SUCCESS);  // ThreadZeroTlsCell
    CHECK(test.get<std::uint32_t>(slot.value) == 0);
    CHECK(set(10, 64) == STATUS_INVALID_PARAMETER);
}

TEST_CASE("thread information: a selector's descriptor as the thread sees it", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    // As KiSystemStartup leaves it.
    test.kernel->structures.set(test.kernel->boot_state.pcr, "KPCR", "GDT", 0x8003F000);
    const auto query = [&](std::uint32_t selector) {
        const std::uint32_t buffer = test.put_value(DESCRIPTOR_TABLE_ENTRY{.Selector = selector});
        const NTSTATUS status =
            test.call("NtQueryInformationThread", {created.handle, 6, buffer, 0xC, 0});
        return std::pair{status, test.get<DESCRIPTOR_TABLE_ENTRY>(buffer)};
    };
    const auto [status, entry] = query(0x3B);
    CHECK(status == STATUS_SUCCESS);
    const std::uint32_t teb = (first_teb - page_size).value;
    CHECK(entry.Descriptor[0] >> 16 == (teb & 0xFFFF));
    CHECK((entry.Descriptor[1] & 0xFF) == (teb >> 16 & 0xFF));
    CHECK(entry.Descriptor[1] >> 24 == teb >> 24);
    CHECK(query(0x07).first == STATUS_NO_LDT);
    CHECK(query(0x50).first == STATUS_ACCESS_VIOLATION);
    CHECK(query(0x10008).first == STATUS_ACCESS_VIOLATION);
}

TEST_CASE("contexts of other threads: the frame they will leave the kernel by", "[nt][thread]") {
    TestThreads test;
    const auto created = test.create();
    CONTEXT context{};
    context.ContextFlags = CONTEXT::full;
    const std::uint32_t buffer = test.put_value(context);
    CHECK(test.call("NtGetContextThread", {created.handle, buffer}) == STATUS_SUCCESS);
    context = test.get<CONTEXT>(buffer);
    CHECK(context.Eip == TestThreads::start);
    CHECK(context.Eax == TestThreads::context().Eax);
    CHECK(context.SegFs == 0x3B);
    context.ContextFlags = CONTEXT::i386 | CONTEXT::control;
    context.Eip = 0x00401234;
    context.Eax = 0;
    context.EFlags = 0x3202;
    const std::uint32_t changed = test.put_value(context);
    CHECK(test.call("NtSetContextThread", {created.handle, changed}) == STATUS_SUCCESS);
    const auto frame = test.frame_of(created.id);
    CHECK(frame.Eip == 0x00401234);
    CHECK(frame.Eax == TestThreads::context().Eax);
    CHECK(frame.EFlags == 0x202);
    CHECK(test.call("NtGetContextThread", {created.handle, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtSetContextThread", {created.handle, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtTerminateThread", {created.handle, 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtGetContextThread", {created.handle, buffer}) == STATUS_UNSUCCESSFUL);
    CHECK(test.call("NtSetContextThread", {created.handle, changed}) == STATUS_UNSUCCESSFUL);
}

TEST_CASE("threads: state in which a thread runs that has ended is refused", "[nt]") {
    TestThreads test;
    REQUIRE(test.create().status == STATUS_SUCCESS);
    const auto load = [&test] {
        Archive out;
        test.kernel->persist(out);
        Archive in(out.written());
        test.kernel->persist(in);
    };
    CHECK_NOTHROW(load());
    test.kernel->thread->state = kernelkit::ThreadState::terminated;
    CHECK_THROWS_AS(load(), DamagedArchive);
}

TEST_CASE("threads: state in which a timer ran out long ago, and was not heard of, is refused",
          "[nt]") {
    TestThreads test;
    const auto loads = [&test] {
        Archive out;
        test.kernel->persist(out);
        Archive in(out.written());
        test.kernel->persist(in);
    };
    const std::uint32_t handle = test.scratch(4);
    REQUIRE(test.call("NtCreateTimer", {handle, 0x1F0003, 0, 0}) == STATUS_SUCCESS);
    const std::uint32_t due = test.put_value(std::int64_t{-10'000});
    REQUIRE(test.call("NtSetTimer", {test.get<std::uint32_t>(handle), due, 0, 0, 0, 1, 0}) ==
            STATUS_SUCCESS);
    CHECK_NOTHROW(loads());
    test.kernel->interrupt_time = std::uint64_t{1} << 62;
    CHECK_THROWS_AS(loads(), DamagedArchive);
}
