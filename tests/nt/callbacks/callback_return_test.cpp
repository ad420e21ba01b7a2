// SPDX-License-Identifier: MIT
// The ways back from a callback, and callbacks that cannot be made.
#include "nt/callbacks/callback_machine.hpp"
#include "nt/ntstatus.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t teb = 0x7FFDE000;
constexpr LinearAddress teb_exception_list{teb};
constexpr LinearAddress teb_depth{teb + 0xF1C};
constexpr LinearAddress teb_batch_count{teb + 0xF70};

}  // namespace

TEST_CASE("callbacks: int 2B and NtCallbackReturn end one alike", "[nt][callback]") {
    const std::string way = GENERATE("by_int2b", "by_service", "by_sysenter");
    CallbackMachine nt("gui", way);
    nt.run_to("call_gate");
    const CpuState user = nt.state();
    const StackState before = stack_state(nt);
    nt.run_to("calling_service_calls");
    const CpuState service = nt.state();
    const std::uint32_t exception_list = nt.exception_list();
    const StackState in_service = stack_state(nt);
    nt.run_to("calling_service_back");
    const CpuState after = nt.state();
    CHECK(after.eax == callback_result_status);
    CHECK(nt.dword(nt.at("output_buffer")) == callback_result);
    CHECK(nt.dword(nt.at("output_length")) == callback_result_length);
    CHECK(after.ebx == service.ebx);
    CHECK(after.esi == service.esi);
    CHECK(after.edi == service.edi);
    CHECK(after.ebp == service.ebp);
    CHECK(after.esp == service.esp + 20);
    CHECK((after.eflags & cpu::flag::intf) != 0);
    CHECK(nt.exception_list() == exception_list);
    CHECK(stack_state(nt) == in_service);
    CHECK(nt.dword(nt.user_frame() + 0x74) == user.esp);
    check_stack_registers(nt);

    nt.run_to("call_back");
    CHECK(nt.state().eax == callback_result_status);
    CHECK(nt.state().esp == user.esp);
    CHECK(nt.state().ebx == user.ebx);
    CHECK(nt.state().ebp == user.ebp);
    CHECK(stack_state(nt) == before);
    // As good as new.
    nt.run_to("call_again_back");
    CHECK(nt.state().eax == callback_result_status);
    CHECK(stack_state(nt) == before);
}

TEST_CASE("callbacks: without one active both ways answer so, and return", "[nt][callback]") {
    CallbackMachine nt("outside", "by_int2b");
    const StackState before = stack_state(nt);
    nt.run_to("outside_service_back");
    CHECK(nt.state().eax == STATUS_NO_CALLBACK_ACTIVE.value);
    nt.run_to("outside_gate");
    const CpuState user = nt.state();
    nt.run_to("outside_back");
    CHECK(nt.state().eax == STATUS_NO_CALLBACK_ACTIVE.value);
    CHECK(nt.state().esp == user.esp);
    CHECK(stack_state(nt) == before);
}

TEST_CASE("callbacks: nest until the kernel stack's reserve is used up", "[nt][callback]") {
    CallbackMachine nt("gui", "nesting");
    nt.run_to("call_gate");
    const StackState before = stack_state(nt);
    nt.run_to("call_back");
    CHECK(nt.state().eax == STATUS_STACK_OVERFLOW.value);
    // Each takes its frames and an FX save area; 0x3000 bytes always stay free.
    const std::uint32_t deepest = nt.dword(teb_depth);
    CHECK(deepest >= 30);
    CHECK(deepest <= 0xC000 / 0x2B0);
    CHECK(nt.thread("StackLimit") >= before.stack_base - 0xF000);
    CHECK(nt.thread("StackLimit") < before.stack_base - 0xE000);
    CHECK(stack_state(nt) == before);
    check_stack_registers(nt);
    // The stack that grew is there for the next: just as many go again.
    nt.run_to("call_again_back");
    CHECK(nt.state().eax == STATUS_STACK_OVERFLOW.value);
    CHECK(nt.dword(teb_depth) == 2 * deepest);
}

TEST_CASE("callbacks: a thread without a large stack cannot make any", "[nt][callback]") {
    CallbackMachine nt("plain", "by_int2b");
    const StackState before = stack_state(nt);
    const std::uint32_t esp = nt.state().esp;
    nt.run_to("call_back");
    CHECK(nt.state().eax == STATUS_STACK_OVERFLOW.value);
    CHECK(nt.state().esp == esp);
    CHECK(stack_state(nt).initial_stack == before.initial_stack);
    CHECK(stack_state(nt).callback_stack == 0);
}

TEST_CASE("callbacks: a user stack that cannot be written is told to the service",
          "[nt][callback]") {
    CallbackMachine nt("no_stack", "by_int2b");
    nt.run_to("no_stack_gate");
    const std::uint32_t esp = nt.state().esp;
    nt.run_to("calling_service_back");
    CHECK(nt.state().eax == STATUS_ACCESS_VIOLATION.value);
    CHECK(nt.dword(nt.user_frame() + 0x74) == esp);
    nt.run_to("no_stack_back");
    CHECK(nt.state().eax == STATUS_ACCESS_VIOLATION.value);
    CHECK(nt.state().esp == esp);
    // No room above address zero, and none that is the user's.
    nt.run_to("low_stack_back");
    CHECK(nt.state().eax == STATUS_ACCESS_VIOLATION.value);
    nt.run_to("kernel_stack_back");
    CHECK(nt.state().eax == STATUS_ACCESS_VIOLATION.value);
}

TEST_CASE("callbacks: a length beyond the user's stack is an access violation", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b", "greedy_service");
    nt.run_to("greedy_service_back");
    CHECK(nt.state().eax == STATUS_ACCESS_VIOLATION.value);
    nt.run_to("call_back");
    CHECK(nt.thread("CallbackStack") == 0);
}

TEST_CASE("callbacks: a service called from ring 0 has no user to call", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.replace_service(1, "nested_service", 0);
    nt.run_to("call_gate");
    nt.cpu().registers[cpu::GeneralRegister::eax] = 1;
    nt.run_to("nested_service_back");
    CHECK(nt.state().eax == STATUS_INVALID_PARAMETER.value);
    nt.run_to("call_back");
    CHECK(nt.state().eax == STATUS_INVALID_PARAMETER.value);
}

TEST_CASE("callbacks: an exception unwound through one takes its frame along", "[nt][callback]") {
    CallbackMachine nt("gui", "unwinding");
    nt.run_to("call_gate");
    const StackState before = stack_state(nt);
    nt.run_to("unwinding_gate");
    const CpuState inner = nt.state();
    nt.set_dword(teb_exception_list, 0x00405678);
    nt.run_to("calling_service_back");
    CHECK(nt.state().eax == STATUS_CALLBACK_POP_STACK.value);
    CHECK(nt.thread("CallbackStack") == 0);
    check_stack_registers(nt);
    // What ring 3 sees return is the outer service, to the place that the callback stood at.
    nt.run_to("unwinding_back");
    const CpuState after = nt.state();
    CHECK(after.eax == STATUS_CALLBACK_POP_STACK.value);
    CHECK(after.esp == inner.esp);
    CHECK(after.ebx == 0xBBBBBBBB);
    CHECK(after.esi == 0x55555555);
    CHECK(after.edi == 0xDDDDDDDD);
    CHECK(after.ebp == 0xEEEEEEEE);
    CHECK(stack_state(nt) == before);
    CHECK(nt.dword(teb_exception_list) == 0x00405678);
}

TEST_CASE("callbacks: the handlers they leave behind are dropped, what they drew is played",
          "[nt][callback]") {
    CallbackMachine nt("gui", "drawing");
    nt.run_to("call_gate");
    const CpuState user = nt.state();
    const std::uint32_t handlers = nt.dword(teb_exception_list);
    nt.run_to("KeUserModeCallbackFlush");
    // The flush may use the user's stack: below what the callback had of it.
    CHECK(nt.dword(nt.user_frame() + 0x74) ==
          user.esp - callback_input_length - callback_frame_size - 0x100);
    CHECK(nt.dword(teb_batch_count) == 3);
    nt.run_to("calling_service_back");
    CHECK(nt.dword(teb_batch_count) == 0);
    CHECK(nt.dword(teb_exception_list) == handlers);
    CHECK(nt.dword(nt.user_frame() + 0x74) == user.esp);
    nt.run_to("call_back");
    CHECK(nt.state().eax == 0);
    CHECK(nt.state().esp == user.esp);
}

TEST_CASE("callbacks: a callout frame that ring 0 spoiled ends in a bug check", "[nt][callback]") {
    const std::uint32_t field = GENERATE(0x00U, 0x04U, 0x08U, 0x20U, 0x24U);
    const std::uint32_t value = GENERATE(0U, 0x00000003U, 0x90000000U, 0xFFFFFFFFU);
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("by_int2b_gate");
    nt.set_dword(LinearAddress{nt.thread("CallbackStack")} + field, value);
    const guest::StopReason stop = nt.run();
    INFO("callout frame +" << field << " = " << value << ": " << stop.message);
    // A wrong previous callback does no harm before there is a return to it.
    CHECK((stop.kind == guest::StopKind::guest_failure ||
           (field == 0x08 && stop.kind == guest::StopKind::cycle_limit)));
}

TEST_CASE("callbacks: a thread whose CallbackStack is no stack ends in a bug check",
          "[nt][callback]") {
    CallbackMachine nt("outside", "by_int2b");
    nt.run_to("outside_gate");
    nt.set_thread("CallbackStack", 0x90000000);
    CHECK(nt.run().kind == guest::StopKind::guest_failure);
}
