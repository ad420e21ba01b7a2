// SPDX-License-Identifier: MIT
// The frames of interrupts, and of INT 2B, which is a service's.
#include "nt/frames/service_frames.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t kernel_seh_record = 0xF8005E44;

/// Segments as the frame has them; ring 0 is interrupted with its own loaded and saves none.
struct Segments {
    std::uint32_t gs, es, ds, fs;
};

std::vector<Slot> interrupt_frame(const CpuState& interrupted, const Segments& segments,
                                  std::uint32_t exception_list, std::uint32_t error_code,
                                  std::uint32_t eip) {
    return {{"DbgEbp", interrupted.ebp},
            {"DbgEip", eip},
            {"DbgArgMark", 0xBADB0D00},
            {"DbgArgPointer", interrupted.edx},
            {"TempSegCs", not_written},
            {"TempEsp", not_written},
            {"Dr0", not_written},
            {"Dr1", not_written},
            {"Dr2", not_written},
            {"Dr3", not_written},
            {"Dr6", not_written},
            {"Dr7", 0},
            {"SegGs", segments.gs},
            {"SegEs", segments.es},
            {"SegDs", segments.ds},
            {"Edx", interrupted.edx},
            {"Ecx", interrupted.ecx},
            {"Eax", interrupted.eax},
            {"PreviousPreviousMode", not_written},
            {"ExceptionList", exception_list},
            {"SegFs", segments.fs},
            {"Edi", interrupted.edi},
            {"Esi", interrupted.esi},
            {"Ebx", interrupted.ebx},
            {"Ebp", interrupted.ebp},
            {"ErrCode", error_code},
            {"Eip", eip},
            {"SegCs", interrupted.cs},
            {"EFlags", interrupted.eflags}};
}

void push_user_stack(std::vector<Slot>& slots, const CpuState& user) {
    for (const Slot slot :
         {Slot{"HardwareEsp", user.esp}, Slot{"HardwareSegSs", 0x23}, Slot{"V86Es", not_written},
          Slot{"V86Ds", not_written}, Slot{"V86Fs", not_written}, Slot{"V86Gs", not_written}}) {
        slots.push_back(slot);
    }
}

}  // namespace

TEST_CASE("interrupts: the clock's frame from ring 3, slot by slot", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "spin");
    const CpuState user = at_gate(nt, "spin");
    nt.cpu().pending_interrupt = cpu::Vector{0x30};
    nt.run_to("KiClockInterruptFrameBuilt");
    const LinearAddress frame = nt.user_frame();
    CHECK(nt.state().ebp == frame.value);
    // The slot of the error code holds what ESP was before it.
    auto slots = interrupt_frame(user, {user.gs, user.es, user.ds, user.fs}, seh_record,
                                 (frame + 0x68).value, user.eip);
    push_user_stack(slots, user);
    check_frame(nt, frame, FrameSize::allocated, slots);
    CHECK(nt.exception_list() == 0xFFFFFFFF);
    CHECK(nt.state().ds == 0x23);
    CHECK(nt.state().es == 0x23);
    CHECK(nt.state().fs == 0x30);
    CHECK(nt.thread("TrapFrame") == older_frame);

    // The program goes on as if nothing had been.
    nt.run_to("spin_gate");
    const CpuState after = nt.state();
    CHECK(after.eax == user.eax);
    CHECK(after.ecx == user.ecx);
    CHECK(after.edx == user.edx);
    CHECK(after.esp == user.esp);
    CHECK(after.eflags == user.eflags);
    CHECK(after.ds == user.ds);
    CHECK(after.es == user.es);
    CHECK(after.fs == user.fs);
    CHECK(after.gs == user.gs);
    CHECK(nt.exception_list() == seh_record);
}

TEST_CASE("interrupts: the clock's frame from ring 0 ends behind EFLAGS and has no segments",
          "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    nt.replace_service(0, "ring0_spin", 8);
    nt.run_to("ring0_spin_gate");
    nt.set_exception_list(kernel_seh_record);
    nt.mark_stack();
    const CpuState kernel = nt.state();
    nt.cpu().pending_interrupt = cpu::Vector{0x30};
    nt.run_to("KiClockInterruptFrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(frame.value + 0x74 == kernel.esp);
    check_frame(nt, frame, FrameSize::kernel,
                interrupt_frame(kernel, {not_written, not_written, not_written, not_written},
                                kernel_seh_record, (frame + 0x68).value, kernel.eip));
    nt.run_to("ring0_spin_gate");
    CHECK(nt.exception_list() == kernel_seh_record);
    CHECK(nt.state().esp == kernel.esp);
    CHECK(nt.state().eflags == kernel.eflags);
    CHECK(nt.state().ds == 0x21);
}

TEST_CASE("interrupts: one that nobody connected has its vector for an error code",
          "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int3f");
    nt.open_gate(0x3F);
    const CpuState user = at_gate(nt, "int3f");
    nt.run_to("KiUnexpectedInterruptFrameBuilt");
    auto slots =
        interrupt_frame(user, {user.gs, user.es, user.ds, user.fs}, seh_record, 0x3F, user.eip + 2);
    push_user_stack(slots, user);
    check_frame(nt, nt.user_frame(), FrameSize::allocated, slots);
    nt.run_to("int3f_next");
    CHECK(nt.state().eax == user.eax);
}

TEST_CASE("int 2B: the frame is a service's, and without a callback it fails", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2b");
    const CpuState user = at_gate(nt, "int2b");
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiCallbackReturnFrameBuilt");
    std::vector<Slot> slots =
        interrupt_frame(user,
                        {volatile_slot(nt, user.gs), volatile_slot(nt, user.es),
                         volatile_slot(nt, user.ds), user.fs},
                        seh_record, 0, user.eip + 2);
    slots.at(0x3C / 4) = {"Edx", older_frame};
    slots.at(0x40 / 4) = {"Ecx", volatile_slot(nt, user.ecx)};
    slots.at(0x44 / 4) = {"Eax", volatile_slot(nt, user.eax)};
    slots.at(0x48 / 4) = {"PreviousPreviousMode", previous_mode};
    push_user_stack(slots, user);
    check_frame(nt, nt.user_frame(), FrameSize::allocated, slots);
    CHECK(nt.thread("TrapFrame") == nt.user_frame().value);
    CHECK(nt.exception_list() == 0xFFFFFFFF);
    nt.run_to("int2b_next");
    CHECK(nt.state().eax == facts_of(nt).no_callback);
    CHECK(nt.thread("TrapFrame") == older_frame);
    CHECK(nt.exception_list() == seh_record);
}

TEST_CASE("int 2C: an assertion, or the fast half of an event pair", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2c");
    const CpuState user = at_gate(nt, "int2c");
    if (!facts_of(nt).assertions) {
        nt.run_to("int2c_next");
        CHECK(nt.state().eax == 0xC000014E);
        CHECK(nt.state().ecx == user.ecx);
        return;
    }
    nt.run_to("KiDispatchException");
    const LinearAddress record{nt.dword(LinearAddress{nt.state().esp + 4})};
    CHECK(nt.dword(record) == 0xC0000420);
    CHECK(nt.dword(record + 12) == user.eip);
    CHECK(nt.dword(record + 16) == 0);
    CHECK(nt.dword(nt.user_frame() + 0x68) == user.eip);
}

TEST_CASE("exit: an edited frame of ring 0 goes on with the wanted CS and ESP", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    nt.replace_service(0, "ring0_spin", 8);
    nt.run_to("ring0_spin_gate");
    const CpuState kernel = nt.state();
    // ESP only ever moves up: by less than the return frame, and by more.
    const std::uint32_t up = GENERATE(0U, 4U, 8U, 0x40U);
    nt.cpu().pending_interrupt = cpu::Vector{0x30};
    nt.run_to("KiClockInterruptFrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    nt.set_dword(frame + 0x10, nt.dword(frame + 0x6C));  // TempSegCs
    nt.set_dword(frame + 0x14, kernel.esp + up);         // TempEsp
    nt.set_dword(frame + 0x6C, 0);
    nt.run_to("ring0_spin_gate");
    const CpuState after = nt.state();
    CHECK(after.esp == kernel.esp + up);
    CHECK(after.cs == 0x08);
    CHECK(after.eflags == kernel.eflags);
    CHECK(after.eax == kernel.eax);
    CHECK(after.ecx == kernel.ecx);
    CHECK(after.edx == kernel.edx);
    CHECK(after.ebx == kernel.ebx);
    CHECK(after.ebp == kernel.ebp);
    CHECK(after.esi == kernel.esi);
    CHECK(after.edi == kernel.edi);
}
