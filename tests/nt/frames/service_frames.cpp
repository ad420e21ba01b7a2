// SPDX-License-Identifier: MIT
#include "nt/frames/service_frames.hpp"

namespace ringside::test {

std::uint32_t volatile_slot(const TestNtMachine& nt, std::uint32_t value) {
    return facts_of(nt).saves_all ? value : not_written;
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
                 {"SegGs", volatile_slot(nt, user.gs)},
                 {"SegEs", volatile_slot(nt, user.es)},
                 {"SegDs", volatile_slot(nt, user.ds)},
                 {"Edx", older_frame},
                 {"Ecx", volatile_slot(nt, user.ecx)},
                 {"Eax", volatile_slot(nt, user.eax)},
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
                 {"DbgEip", facts_of(nt).system_call_return.value},
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
                 {"SegGs", volatile_slot(nt, user.gs)},
                 {"SegEs", volatile_slot(nt, 0x23)},
                 {"SegDs", volatile_slot(nt, 0x23)},
                 {"Edx", older_frame},
                 {"Ecx", volatile_slot(nt, 0)},
                 {"Eax", volatile_slot(nt, user.eax)},
                 {"PreviousPreviousMode", 1},
                 {"ExceptionList", seh_record},
                 {"SegFs", 0x3B},
                 {"Edi", 0xD1D1D1D1},
                 {"Esi", 0x51515151},
                 {"Ebx", 0xB0B0B0B0},
                 {"Ebp", 0xEBEBEBEB},
                 {"ErrCode", 0},
                 {"Eip", facts_of(nt).system_call_return.value},
                 {"SegCs", 0x1B},
                 {"EFlags", eflags},
                 {"HardwareEsp", user.edx},
                 {"HardwareSegSs", 0x23},
                 {"V86Es", not_written},
                 {"V86Ds", not_written},
                 {"V86Fs", not_written},
                 {"V86Gs", not_written}});
}

}  // namespace ringside::test
