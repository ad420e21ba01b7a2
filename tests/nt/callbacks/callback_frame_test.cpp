// SPDX-License-Identifier: MIT
// KeUserModeCallback and KiCallUserMode: what they leave on both stacks, dword by dword.
#include <array>

#include "nt/callbacks/callback_machine.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

std::array<std::uint32_t, 7> user_stack(const TestNtMachine& nt, std::uint32_t esp) {
    std::array<std::uint32_t, 7> words{};
    for (std::uint32_t i = 0; i < words.size(); ++i) {
        words.at(i) = nt.dword(LinearAddress{esp + i * 4});
    }
    return words;
}

}  // namespace

TEST_CASE("KiCallUserMode: the callout frame, dword by dword", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("call_gate");
    const std::uint32_t initial_stack = nt.thread("InitialStack");
    nt.run_to("calling_service_calls");
    const CpuState caller = nt.state();
    nt.run_to("KiCallUserMode");
    const CpuState callee = nt.state();
    nt.run_to("KiCallUserModeExit");
    const LinearAddress callout{nt.thread("CallbackStack")};
    // Four registers, the return address and the two arguments stand above the three links.
    CHECK(callout.value == callee.esp - 0x1C);
    CHECK(nt.dword(callout) == initial_stack);
    CHECK(nt.dword(callout + 0x04) == initial_stack - 0x29C);
    CHECK(nt.dword(callout + 0x08) == 0);
    CHECK(nt.dword(callout + 0x0C) == caller.edi);
    CHECK(nt.dword(callout + 0x10) == callee.esi);
    CHECK(nt.dword(callout + 0x14) == callee.ebx);
    CHECK(nt.dword(callout + 0x18) == callee.ebp);
    CHECK(nt.dword(callout + 0x1C) == nt.at("KeUserModeCallbackBack").value);
    CHECK(nt.dword(callout + 0x20) == nt.at("output_buffer").value);
    CHECK(nt.dword(callout + 0x24) == nt.at("output_length").value);
    CHECK(nt.thread("InitialStack") == (callout.value & ~0xFU));
    check_stack_registers(nt);
}

TEST_CASE("KiCallUserMode: the frame of the callback, slot by slot", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("call_gate");
    const LinearAddress outer = nt.user_frame();
    const CpuState user = nt.state();
    nt.run_to("KiCallUserMode");
    nt.mark_stack();
    const std::uint32_t previous_mode = nt.dword(outer + 0x48);
    // What the first test of a kernel with a growing stack needs: the part below is there.
    nt.run_to("KiCallUserModeFrame");
    nt.mark_stack();
    nt.run_to("KiCallUserModeExit");
    const CpuState kernel = nt.state();
    CHECK(kernel.ebp == nt.user_frame().value);
    CHECK(kernel.esp == kernel.ebp);
    CHECK((kernel.eflags & cpu::flag::intf) == 0);
    const std::uint32_t new_esp = user.esp - callback_input_length - callback_frame_size;
    check_frame(nt, nt.user_frame(), FrameSize::allocated,
                {{"DbgEbp", not_written},
                 {"DbgEip", not_written},
                 {"DbgArgMark", not_written},
                 {"DbgArgPointer", not_written},
                 {"TempSegCs", not_written},
                 {"TempEsp", not_written},
                 {"Dr0", not_written},
                 {"Dr1", not_written},
                 {"Dr2", not_written},
                 {"Dr3", not_written},
                 {"Dr6", not_written},
                 {"Dr7", 0},
                 {"SegGs", not_written},
                 {"SegEs", not_written},
                 {"SegDs", not_written},
                 {"Edx", not_written},
                 {"Ecx", not_written},
                 {"Eax", not_written},
                 {"PreviousPreviousMode", previous_mode},
                 {"ExceptionList", 0xFFFFFFFF},
                 {"SegFs", 0x3B},
                 {"Edi", user.edi},
                 {"Esi", user.esi},
                 {"Ebx", user.ebx},
                 {"Ebp", user.ebp},
                 {"ErrCode", 0},
                 {"Eip", nt.at("by_int2b").value},
                 {"SegCs", 0x1B},
                 {"EFlags", user.eflags},
                 {"HardwareEsp", new_esp},
                 {"HardwareSegSs", 0x23},
                 {"V86Es", not_written},
                 {"V86Ds", not_written},
                 {"V86Fs", not_written},
                 {"V86Gs", not_written}});
    // The debug registers of a thread that is being watched go with it.
    CHECK(nt.dword(outer + 0x74) == new_esp);
}

TEST_CASE("KeUserModeCallback: ring 3 finds its arguments at ESP", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("call_gate");
    const CpuState before = nt.state();
    const LinearAddress outer = nt.user_frame();
    nt.run_to("by_int2b");
    const CpuState user = nt.state();
    const std::uint32_t arguments = before.esp - callback_input_length;
    CHECK(user.esp == arguments - callback_frame_size);
    CHECK(user_stack(nt, user.esp) ==
          std::array<std::uint32_t, 7>{0, callback_api_number, arguments, callback_input_length,
                                       0x11111111, 0x22222222, 0x33333333});
    CHECK(user.ebx == before.ebx);
    CHECK(user.esi == before.esi);
    CHECK(user.edi == before.edi);
    CHECK(user.ebp == before.ebp);
    CHECK(user.eflags == before.eflags);
    CHECK(user.cs == 0x1B);
    CHECK(user.ss == 0x23);
    CHECK(user.fs == 0x3B);
    // While user code runs, the thread's frame is the service's that waits for it.
    CHECK(nt.thread("TrapFrame") == outer.value);
    CHECK(nt.thread("PreviousMode") == 1);
}

TEST_CASE("KeUserModeCallback: later systems leave room for an SEH record", "[nt][callback]") {
    const std::string profile = GENERATE(from_range(nt::profile_names()));
    INFO(profile);
    CallbackMachine nt("gui", "by_int2b", "calling_service", profile);
    CHECK(nt.profile().callback_frame == (nt.profile().build >= 3790 ? 0x18 : 0x10));
    nt.run_to("call_gate");
    const CpuState before = nt.state();
    nt.run_to("by_int2b");
    const std::uint32_t arguments = before.esp - callback_input_length;
    CHECK(nt.state().esp == arguments - nt.profile().callback_frame);
    const auto words = user_stack(nt, nt.state().esp);
    CHECK(words.at(0) == 0);
    CHECK(words.at(1) == callback_api_number);
    CHECK(words.at(2) == arguments);
    CHECK(words.at(3) == callback_input_length);
    CHECK(nt.dword(LinearAddress{arguments}) == 0x11111111);
    nt.run_to("call_back");
    CHECK(nt.state().eax == callback_result_status);
    CHECK(nt.state().esp == before.esp);
    CHECK(nt.state().ebx == before.ebx);
    CHECK(nt.dword(nt.at("output_buffer")) == callback_result);
}

TEST_CASE("KiCallUserMode: the debug registers of the frame go along", "[nt][callback]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("KiCallUserMode");
    const LinearAddress outer{nt.thread("TrapFrame")};
    for (std::uint32_t i = 0; i < 6; ++i) {
        nt.set_dword(outer + 0x18 + i * 4, 0xD000 + i);
    }
    nt.run_to("KiCallUserModeExit");
    for (std::uint32_t i = 0; i < 6; ++i) {
        CHECK(nt.dword(nt.user_frame() + 0x18 + i * 4) == 0xD000 + i);
    }
}

TEST_CASE("KiCallUserMode: control words of the coprocessor go along and come back",
          "[nt][callback]") {
    constexpr std::uint32_t carried[] = {0x0, 0x4, 0x8, 0x18, 0x20C};
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("KiCallUserMode");
    const LinearAddress outer{nt.thread("InitialStack") - 0x210};
    for (const std::uint32_t field : carried) {
        nt.set_dword(outer + field, 0xF000 + field);
    }
    nt.run_to("KiCallUserModeExit");
    const LinearAddress inner{nt.thread("InitialStack") - 0x210};
    CHECK(inner != outer);
    for (const std::uint32_t field : carried) {
        CHECK(nt.dword(inner + field) == 0xF000 + field);
    }
    nt.run_to("KiCallbackReturnUnwind");
    for (const std::uint32_t field : carried) {
        nt.set_dword(inner + field, 0xE000 + field);
    }
    nt.run_to("KeUserModeCallbackBack");
    for (const std::uint32_t field : carried) {
        CHECK(nt.dword(outer + field) == 0xE000 + field);
    }
}

TEST_CASE("callbacks: SYSENTER inside one finds its frame at InitialStack - 0x29C",
          "[nt][callback]") {
    CallbackMachine nt("sysenter", "by_sysenter");
    nt.run_to("by_sysenter_gate");
    nt.run_to("KiSystemServiceFrameBuilt");
    CHECK(nt.state().ebp == nt.user_frame().value);
    nt.run_to("sysenter_back");
    CHECK(nt.state().eax == callback_result_status);
}
