// SPDX-License-Identifier: MIT
// The frame that int 2E leaves for a service, and the one that SYSENTER has built for it.
#include "nt/frames/frame_check.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::EntryChoice;

namespace {

constexpr std::uint32_t intf = 0x200;
constexpr std::uint32_t seh_record = 0x0012FFB0;
constexpr std::uint32_t older_frame = 0xF8000D64;

/// Stands at the gate of a program, with things to recognise in thread, PCR and stack.
CpuState at_gate(TestNtMachine& nt, std::string_view program) {
    nt.replace_service(0, "add_service", 8);
    nt.run_to(std::string(program) + "_gate");
    nt.set_exception_list(seh_record);
    nt.set_thread("TrapFrame", older_frame);
    nt.set_thread("ResourceIndex", 0x5A);
    nt.mark_stack();
    return nt.state();
}

}  // namespace

TEST_CASE("int 2E: the frame of a service, slot by slot", "[nt][frames]") {
    const auto [model, entry] = GENERATE(std::pair{cpu::Model::i486, EntryChoice::by_cpuid},
                                         std::pair{cpu::Model::p6, EntryChoice::int2e},
                                         std::pair{cpu::Model::p6, EntryChoice::sysenter});
    const std::string_view program = GENERATE("int2e", "int2e_down");
    TestNtMachine nt = frame_machine({.model = model, .entry = entry}, program);
    const CpuState user = at_gate(nt, program);
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiSystemServiceFrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(frame == nt.user_frame());
    check_frame(nt, frame, FrameSize::allocated,
                {{"DbgEbp", user.ebp},
                 {"DbgEip", user.eip + 2},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", user.edx},
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
    CHECK((user.eflags & intf) != 0);
    CHECK((previous_mode & 0xFF) == 1);
}
