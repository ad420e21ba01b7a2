// SPDX-License-Identifier: MIT
// The frame that int 2E leaves for a service, and the one that KiFastCallEntry builds.
#include "nt/frames/service_frames.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::EntryChoice;

namespace {

constexpr std::uint32_t tf = 0x100;
constexpr std::uint32_t intf = 0x200;
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
    CHECK(nt.thread_dword("PreviousMode") >> 24 == beside_previous_mode);
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
    CHECK(previous_mode >> 24 == beside_previous_mode);
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
    if (entry == EntryChoice::int2e && !facts_of(nt).has_sysenter) {
        // Nobody has aimed SYSENTER at anything.
        nt.run_to("KiTrap0DFrameBuilt");
        CHECK(nt.dword(nt.user_frame() + 0x68) == user.eip);
        return;
    }
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
    if (nt.profile().system_call == nt::SystemCallSlot::code) {
        return;  // a constant: code stands there
    }
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
    CHECK(nt.dword(LinearAddress{nt.dword(esp + 4)} + 12) == facts_of(nt).system_call_return.value);
}
