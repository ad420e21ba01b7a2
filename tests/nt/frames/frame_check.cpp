// SPDX-License-Identifier: MIT
#include "nt/frames/frame_check.hpp"

#include <array>

#include <fmt/format.h>

namespace ringside::test {
namespace {

// KTRAP_FRAME of NT 5.x: 0x23 dwords in this order.
constexpr std::array<std::string_view, 0x23> names{"DbgEbp",
                                                   "DbgEip",
                                                   "DbgArgMark",
                                                   "DbgArgPointer",
                                                   "TempSegCs",
                                                   "TempEsp",
                                                   "Dr0",
                                                   "Dr1",
                                                   "Dr2",
                                                   "Dr3",
                                                   "Dr6",
                                                   "Dr7",
                                                   "SegGs",
                                                   "SegEs",
                                                   "SegDs",
                                                   "Edx",
                                                   "Ecx",
                                                   "Eax",
                                                   "PreviousPreviousMode",
                                                   "ExceptionList",
                                                   "SegFs",
                                                   "Edi",
                                                   "Esi",
                                                   "Ebx",
                                                   "Ebp",
                                                   "ErrCode",
                                                   "Eip",
                                                   "SegCs",
                                                   "EFlags",
                                                   "HardwareEsp",
                                                   "HardwareSegSs",
                                                   "V86Es",
                                                   "V86Ds",
                                                   "V86Fs",
                                                   "V86Gs"};
static_assert(names.size() * 4 == 0x8C);

}  // namespace

void check_frame(const TestNtMachine& nt, LinearAddress frame, FrameSize size,
                 const std::vector<Slot>& expected) {
    REQUIRE(expected.size() * 4 == static_cast<std::uint32_t>(size));
    std::string differences;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& [name, value] = expected[i];
        REQUIRE(name == names.at(i));
        const std::uint32_t offset = static_cast<std::uint32_t>(i) * 4;
        const std::uint32_t is = nt.dword(frame + offset);
        if (is != value) {
            differences +=
                fmt::format("\n  +{:02X} {}: is {:08X}, expected {:08X}", offset, name, is, value);
        }
    }
    INFO("KTRAP_FRAME at " << frame.value);
    CHECK(differences == "");
}

CpuState at_gate(TestNtMachine& nt, const std::string& name) {
    nt.run_to(name + "_gate");
    nt.set_exception_list(seh_record);
    nt.set_thread("TrapFrame", older_frame);
    nt.set_thread("ResourceIndex", 0x5A);
    nt.mark_stack();
    return nt.state();
}

TestNtMachine frame_machine(const TestNtMachine::World& world, std::string_view program) {
    static const std::string folder = RINGSIDE_FRAME_GUESTS;
    static const GuestCode code = GuestCode::read(folder + "/program", TestNtMachine::program_base);
    static const GuestCode driver = GuestCode::read(folder + "/driver", TestNtMachine::driver_base);
    return {world, code, driver, program};
}

}  // namespace ringside::test
