// SPDX-License-Identifier: MIT
// The frame that int 2E leaves for a service, and the one that KiFastCallEntry builds.
#include "nt/frames/frame_check.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::EntryChoice;

namespace {

constexpr std::uint32_t tf = 0x100;
constexpr std::uint32_t intf = 0x200;
constexpr LinearAddress system_call_return{0x7FFE02F8};
constexpr LinearAddress kernel_debug_registers{0xFFDFF000 + 0x418};  // PRCB: KernelDr0-3, 6, 7

struct Debug {
    std::uint32_t dr0, dr1, dr2, dr3, dr6, dr7;
    friend bool operator==(const Debug&, const Debug&) = default;
};
constexpr Debug none_saved{not_written, not_written, not_written, not_written, not_written, 0};
constexpr Debug of_user{0x401000, 0x401100, 0x401200, 0x401300, 0xFFFF0FF1, 0x455};
constexpr Debug of_kernel{0x80501000, 0x80501100, 0x80501200, 0x80501300, 0xFFFF0FF2, 0x404};

void set_debug_registers(TestNtMachine& nt) {
    nt.cpu().dr = {of_user.dr0, of_user.dr1, of_user.dr2, of_user.dr3};
    nt.cpu().dr6 = of_user.dr6;
    nt.cpu().dr7 = of_user.dr7;
    std::uint32_t offset = 0;
    for (const std::uint32_t value : {of_kernel.dr0, of_kernel.dr1, of_kernel.dr2, of_kernel.dr3,
                                      of_kernel.dr6, of_kernel.dr7}) {
        nt.set_dword(kernel_debug_registers + offset, value);
        offset += 4;
    }
}

Debug debug_registers(TestNtMachine& nt) {
    const auto& dr = nt.cpu().dr;
    return {dr[0], dr[1], dr[2], dr[3], nt.cpu().dr6, nt.cpu().dr7};
}

void check_int2e_frame(const TestNtMachine& nt, const CpuState& user, std::uint32_t previous_mode,
                       const Debug& debug) {
    check_frame(nt, nt.user_frame(), FrameSize::allocated,
                {{"DbgEbp", user.ebp},
                 {"DbgEip", user.eip + 2},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", user.edx},
                 {"TempSegCs", not_written},
                 {"TempEsp", not_written},
                 {"Dr0", debug.dr0},
                 {"Dr1", debug.dr1},
                 {"Dr2", debug.dr2},
                 {"Dr3", debug.dr3},
                 {"Dr6", debug.dr6},
                 {"Dr7", debug.dr7},
                 {"SegGs", not_written},
                 {"SegEs", not_written},
                 {"SegDs", not_written},
                 {"Edx", older_frame},
                 {"Ecx", not_written},
                 {"Eax", not_written},
                 {"PreviousPreviousMode", previous_mode},
                 {"ExceptionList", seh_record},
                 {"SegFs", 0x39},
                 {"Edi", 0xD1D1D1D1},
                 {"Esi", 0x51515151},
                 {"Ebx", 0xB0B0B0B0},
                 {"Ebp", 0xEBEBEBEB},
                 {"ErrCode", 0},
                 {"Eip", user.eip + 2},
                 {"SegCs", 0x1B},
                 {"EFlags", user.eflags},
                 {"HardwareEsp", user.esp},
                 {"HardwareSegSs", 0x23},
                 {"V86Es", not_written},
                 {"V86Ds", not_written},
                 {"V86Fs", not_written},
                 {"V86Gs", not_written}});
}

void check_sysenter_frame(const TestNtMachine& nt, const CpuState& user, std::uint32_t eflags,
                          const Debug& debug) {
    check_frame(nt, nt.user_frame(), FrameSize::allocated,
                {{"DbgEbp", user.ebp},
                 {"DbgEip", system_call_return.value},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", user.edx + 8},
                 {"TempSegCs", not_written},
                 {"TempEsp", not_written},
                 {"Dr0", debug.dr0},
                 {"Dr1", debug.dr1},
                 {"Dr2", debug.dr2},
                 {"Dr3", debug.dr3},
                 {"Dr6", debug.dr6},
                 {"Dr7", debug.dr7},
                 {"SegGs", not_written},
                 {"SegEs", not_written},
                 {"SegDs", not_written},
                 {"Edx", older_frame},
                 {"Ecx", not_written},
                 {"Eax", not_written},
                 {"PreviousPreviousMode", 1},
                 {"ExceptionList", seh_record},
                 {"SegFs", 0x3B},
                 {"Edi", 0xD1D1D1D1},
                 {"Esi", 0x51515151},
                 {"Ebx", 0xB0B0B0B0},
                 {"Ebp", 0xEBEBEBEB},
                 {"ErrCode", 0},
                 {"Eip", system_call_return.value},
                 {"SegCs", 0x1B},
                 {"EFlags", eflags},
                 {"HardwareEsp", user.edx},
                 {"HardwareSegSs", 0x23},
                 {"V86Es", not_written},
                 {"V86Ds", not_written},
                 {"V86Fs", not_written},
                 {"V86Gs", not_written}});
}

/// What both entries leave in thread, PCR and registers beside the frame.
void check_entered(const TestNtMachine& nt) {
    const CpuState kernel = nt.state();
    CHECK(kernel.ebp == nt.user_frame().value);
    CHECK(kernel.esp == nt.user_frame().value);
    CHECK(kernel.cs == 0x08);
    CHECK(kernel.ss == 0x10);
    CHECK(kernel.fs == 0x30);
    CHECK((kernel.eflags & (intf | tf | cpu::flag::df)) == 0);
    CHECK(nt.exception_list() == 0xFFFFFFFF);
    CHECK(nt.thread("TrapFrame") == nt.user_frame().value);
    CHECK(nt.thread("PreviousMode") == 1);
    // Only the byte is written.
    CHECK(nt.thread("ResourceIndex") == 0x5A);
}

}  // namespace

TEST_CASE("int 2E: the frame of a service, slot by slot", "[nt][frames]") {
    const auto [model, entry] = GENERATE(std::pair{cpu::Model::i486, EntryChoice::by_cpuid},
                                         std::pair{cpu::Model::p6, EntryChoice::int2e},
                                         std::pair{cpu::Model::p6, EntryChoice::sysenter});
    const std::string program = GENERATE("int2e", "int2e_down");
    TestNtMachine nt = frame_machine({.model = model, .entry = entry}, program);
    const CpuState user = at_gate(nt, program);
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiSystemServiceFrameBuilt");
    check_int2e_frame(nt, user, previous_mode, none_saved);
    check_entered(nt);
    CHECK((user.eflags & intf) != 0);
    CHECK(previous_mode >> 24 == 0x5A);
    CHECK((previous_mode & 0xFF) == 1);
    // The user's data selectors stay loaded, and nothing is written to the frame for them.
    CHECK(nt.state().ds == 0x21);
    CHECK(nt.state().es == 0x22);
    CHECK(nt.state().gs == 0x20);
}

TEST_CASE("SYSENTER: the frame that KiFastCallEntry builds, slot by slot", "[nt][frames]") {
    const auto entry = GENERATE(EntryChoice::by_cpuid, EntryChoice::int2e, EntryChoice::sysenter);
    const std::string program = GENERATE("sysenter", "sysenter_down");
    TestNtMachine nt = frame_machine({.entry = entry}, program);
    const CpuState user = at_gate(nt, program);
    nt.run_to("KiSystemServiceFrameBuilt");
    check_sysenter_frame(nt, user, user.eflags, none_saved);
    check_entered(nt);
    CHECK((user.eflags & intf) != 0);
    CHECK(nt.state().ds == 0x23);
    CHECK(nt.state().es == 0x23);
    CHECK(nt.state().gs == 0x20);
}

TEST_CASE("SYSENTER: the return address of the frame is SystemCallReturn's", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "sysenter");
    at_gate(nt, "sysenter");
    nt.set_dword(LinearAddress{0xFFDF0304}, nt.at("sysenter_back").value);
    nt.run_to("KiSystemServiceFrameBuilt");
    CHECK(nt.dword(nt.user_frame() + 0x68) == nt.at("sysenter_back").value);
    CHECK(nt.dword(nt.user_frame() + 0x04) == nt.at("sysenter_back").value);
}

TEST_CASE("SYSENTER: a single step over it is seen by the user alone", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "sysenter_step");
    nt.replace_service(0, "null_service", 0);
    const CpuState user = at_gate(nt, "sysenter_step");
    REQUIRE((user.eflags & tf) != 0);

    // The #DB comes at the first instruction of ring 0, on the SYSENTER stack, IF clear.
    nt.run_to("KiTrap01FrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(frame.value == nt.cpu().sysenter_esp - 0x74);
    const std::uint32_t fresh = 0;  // what that stack held
    check_frame(nt, frame, FrameSize::kernel,
                {{"DbgEbp", user.ebp},
                 {"DbgEip", nt.at("KiFastCallEntry").value},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", user.edx},
                 {"TempSegCs", fresh},
                 {"TempEsp", fresh},
                 {"Dr0", fresh},
                 {"Dr1", fresh},
                 {"Dr2", fresh},
                 {"Dr3", fresh},
                 {"Dr6", fresh},
                 {"Dr7", 0},
                 {"SegGs", 0x20},
                 {"SegEs", 0x22},
                 {"SegDs", 0x21},
                 {"Edx", user.edx},
                 {"Ecx", user.ecx},
                 {"Eax", user.eax},
                 {"PreviousPreviousMode", 0xFFFFFFFF},
                 {"ExceptionList", seh_record},
                 {"SegFs", 0x39},
                 {"Edi", user.edi},
                 {"Esi", user.esi},
                 {"Ebx", user.ebx},
                 {"Ebp", user.ebp},
                 {"ErrCode", 0},
                 {"Eip", nt.at("KiFastCallEntry").value},
                 {"SegCs", 0x08},
                 {"EFlags", user.eflags & ~intf}});

    // KiFastCallEntry2 starts over, with TF in the user's EFLAGS.
    nt.run_to("KiSystemServiceFrameBuilt");
    check_sysenter_frame(nt, user, user.eflags, none_saved);
    check_entered(nt);

    // Such a frame leaves by IRETD, and the step ends behind one instruction of ring 3.
    nt.run_to("KiSystemCallExitIret");
    nt.run_to("KiTrap01FrameBuilt");
    CHECK(nt.dword(nt.user_frame() + 0x68) == nt.at("sysenter_step_back").value);
    CHECK(nt.dword(nt.user_frame() + 0x70) == user.eflags);
}

TEST_CASE("services: a debugged thread's debug registers go to the frame and come back",
          "[nt][frames]") {
    const std::string program = GENERATE("int2e", "sysenter");
    TestNtMachine nt = frame_machine({}, program);
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, program);
    set_debug_registers(nt);
    nt.set_thread("DebugActive", 1);
    nt.set_pcr("DebugActive", 1);
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiSystemServiceFrameBuilt");
    if (program == "int2e") {
        check_int2e_frame(nt, user, previous_mode, of_user);
    } else {
        check_sysenter_frame(nt, user, user.eflags, of_user);
    }
    CHECK(debug_registers(nt) == of_kernel);
    nt.run_to(program + "_back");
    CHECK(debug_registers(nt) == of_user);
}

TEST_CASE("services: KTHREAD.DebugActive decides, not the PCR's", "[nt][frames]") {
    const std::string program = GENERATE("int2e", "sysenter");
    TestNtMachine nt = frame_machine({}, program);
    const CpuState user = at_gate(nt, program);
    set_debug_registers(nt);
    nt.set_pcr("DebugActive", 1);
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiSystemServiceFrameBuilt");
    if (program == "int2e") {
        check_int2e_frame(nt, user, previous_mode, none_saved);
    } else {
        check_sysenter_frame(nt, user, user.eflags, none_saved);
    }
    CHECK(debug_registers(nt) == of_user);
}

TEST_CASE("SYSENTER: a stack that is not the thread's makes it an illegal instruction",
          "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "sysenter");
    at_gate(nt, "sysenter");
    const LinearAddress esp0{0x80042004};
    nt.set_dword(esp0, nt.dword(esp0) - 0x20);
    nt.run_to("KiDispatchException");
    const LinearAddress esp{nt.state().esp};
    CHECK(nt.dword(LinearAddress{nt.dword(esp + 4)}) == 0xC000001D);
    CHECK(nt.dword(esp + 12) == nt.user_frame().value - 0x20);
    CHECK(nt.dword(LinearAddress{nt.dword(esp + 4)} + 12) == system_call_return.value);
}
