// SPDX-License-Identifier: MIT
// Services called from ring 0 by a Zw stub: frames of 0x74 bytes that hang on the user's.
#include "nt/frames/service_frames.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t kernel_seh_record = 0xF8005E44;

/// At `stub`'s call of KiSystemService: the frame that follows, slot by slot. Answers where it is.
LinearAddress check_nested(TestNtMachine& nt, const std::string& stub, std::uint32_t digit,
                           LinearAddress outer) {
    nt.run_to(stub + "_gate");
    nt.mark_stack();
    const CpuState caller = nt.state();
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    const std::uint32_t exception_list = nt.exception_list();
    const std::uint32_t back = nt.at(stub + "_return").value;
    CHECK(nt.thread("TrapFrame") == outer.value);
    CHECK(caller.edx == caller.esp + 12);  // over EFLAGS, CS and the stub's return address

    nt.run_to("KiSystemServiceFrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(nt.state().esp == frame.value);
    // The stub pushed EFLAGS and CS; its return address was on top of the stack before.
    CHECK(frame.value + static_cast<std::uint32_t>(FrameSize::kernel) == caller.esp + 8);
    check_frame(nt, frame, FrameSize::kernel,
                {{"DbgEbp", caller.ebp},
                 {"DbgEip", back},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", caller.edx},
                 {"TempSegCs", not_written},
                 {"TempEsp", not_written},
                 {"Dr0", not_written},
                 {"Dr1", not_written},
                 {"Dr2", not_written},
                 {"Dr3", not_written},
                 {"Dr6", not_written},
                 {"Dr7", 0},
                 {"SegGs", volatile_slot(nt, caller.gs)},
                 {"SegEs", volatile_slot(nt, caller.es)},
                 {"SegDs", volatile_slot(nt, caller.ds)},
                 {"Edx", outer.value},
                 {"Ecx", volatile_slot(nt, caller.ecx)},
                 {"Eax", volatile_slot(nt, caller.eax)},
                 {"PreviousPreviousMode", previous_mode},
                 {"ExceptionList", exception_list},
                 {"SegFs", 0x30},
                 {"Edi", 0xD1D1D100 + digit},
                 {"Esi", 0x51515100 + digit},
                 {"Ebx", 0xB0B0B000 + digit},
                 {"Ebp", 0xEBEBEB00 + digit},
                 {"ErrCode", 0},
                 {"Eip", back},
                 {"SegCs", 0x08},
                 {"EFlags", caller.eflags}});
    CHECK((caller.eflags & cpu::flag::intf) != 0);
    CHECK(nt.exception_list() == 0xFFFFFFFF);
    CHECK(nt.thread("TrapFrame") == frame.value);
    CHECK(nt.thread("PreviousMode") == 0);
    return frame;
}

/// A service called by a Zw stub came back: registers, stack and flags are its caller's again.
void check_returned(const CpuState& before, const CpuState& after) {
    CHECK(after.ebx == before.ebx);
    CHECK(after.esi == before.esi);
    CHECK(after.edi == before.edi);
    CHECK(after.ebp == before.ebp);
    CHECK(after.esp == before.esp + 8);  // the stub removes two arguments
    CHECK(after.eflags == before.eflags);
    CHECK(after.cs == 0x08);
    CHECK(after.ss == 0x10);
    CHECK(after.fs == 0x30);
}

}  // namespace

TEST_CASE("Zw: frames of ring 0 hang on each other and come undone in turn", "[nt][frames]") {
    const std::string program = GENERATE("int2e", "sysenter");
    // DebugActive of the thread does not concern frames of ring 0.
    const std::uint32_t debugged = GENERATE(0U, 1U);
    TestNtMachine nt = frame_machine({}, program);
    nt.replace_service(0, "outer_service", 8);
    nt.replace_service(1, "nested_service", 8);
    nt.replace_service(2, "add_service", 8);
    nt.run_to(program + "_gate");
    nt.set_exception_list(seh_record);
    nt.set_thread("TrapFrame", older_frame);
    nt.set_thread("DebugActive", debugged);
    const CpuState user = nt.state();

    nt.run_to("outer_service_calls");
    nt.set_exception_list(kernel_seh_record);
    const CpuState outer = nt.state();
    const LinearAddress nested = check_nested(nt, "ZwNested", 1, nt.user_frame());
    CHECK((nt.dword(nested + 0x48) & 0xFF) == 1);
    nt.run_to("nested_service_calls");
    const CpuState middle = nt.state();
    const LinearAddress deepest = check_nested(nt, "ZwDeepest", 2, nested);
    CHECK((nt.dword(deepest + 0x48) & 0xFF) == 0);

    nt.run_to("nested_service_back");
    check_returned(middle, nt.state());
    CHECK(nt.state().eax == 0x12 + 0x22);
    CHECK(nt.thread("TrapFrame") == nested.value);
    CHECK(nt.thread("PreviousMode") == 0);
    CHECK(nt.exception_list() == 0xFFFFFFFF);

    nt.run_to("outer_service_back");
    check_returned(outer, nt.state());
    CHECK(nt.thread("TrapFrame") == nt.user_frame().value);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.exception_list() == kernel_seh_record);

    nt.run_to(program + "_back");
    CHECK(nt.state().eax == 0x12 + 0x22);
    CHECK(nt.state().ebx == user.ebx);
    CHECK(nt.thread("TrapFrame") == older_frame);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.exception_list() == seh_record);
}

TEST_CASE("Zw: arguments of ring 0 are copied, whatever their address", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    nt.replace_service(0, "outer_service", 8);
    nt.replace_service(1, "add_service", 8);
    nt.run_to("ZwNested_gate");
    CHECK(nt.state().edx >= 0x7FFF0000);
    nt.run_to("outer_service_back");
    CHECK(nt.state().eax == 0x11 + 0x21);
}
