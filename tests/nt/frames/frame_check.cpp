// SPDX-License-Identifier: MIT
#include "nt/frames/frame_check.hpp"

#include <array>
#include <map>
#include <utility>

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
    nt.set_byte(nt.thread_field("PreviousMode") + 3, beside_previous_mode);
    nt.mark_stack();
    return nt.state();
}

const FrameFacts& facts_of(const TestNtMachine& nt) {
    constexpr LinearAddress test_ret{0x7FFE02F8};
    constexpr LinearAddress ret_of_code{0x7FFE0304};
    constexpr std::uint32_t no_callback_active = 0xC0000258;
    constexpr std::uint32_t no_event_pair = 0xC000014E;
    static const std::map<std::string, FrameFacts> facts{
        {"reactos-0.2", {true, true, test_ret, false, no_callback_active, false}},
        {"nt4", {false, true, test_ret, false, no_event_pair, false}},
        {"2000", {false, true, test_ret, false, no_callback_active, false}},
        {"xp-rtm", {false, true, ret_of_code, true, no_callback_active, false}},
        {"xp", {false, true, test_ret, true, no_callback_active, false}},
        {"2003", {false, false, test_ret, true, no_callback_active, true}},
        {"vista", {false, false, test_ret, true, no_callback_active, true}},
        {"7", {false, false, test_ret, true, no_callback_active, true}},
    };
    return facts.at(nt.profile().name);
}

TestNtMachine frame_machine(TestNtMachine::World world, std::string_view program,
                            std::string_view profile) {
    if (profile.empty()) {
        world.profile = GENERATE(from_range(nt::profile_names()));
    } else {
        world.profile = profile;
    }
    INFO("profile " << world.profile);
    if (world.model == cpu::Model::p6 && world.entry == nt::EntryChoice::by_cpuid) {
        world.entry = nt::EntryChoice::sysenter;
    }
    static const std::string folder = std::string(RINGSIDE_FRAME_GUESTS) + "/";
    static std::map<std::string, std::pair<GuestCode, GuestCode>> guests;
    const std::string id = nt::profile_id(world.profile);
    if (!guests.contains(id)) {
        guests.emplace(
            id, std::pair{GuestCode::read(folder + "program_" + id, TestNtMachine::program_base),
                          GuestCode::read(folder + "driver_" + id, TestNtMachine::driver_base)});
    }
    const auto& [code, driver] = guests.at(id);
    return {world, code, driver, program};
}

}  // namespace ringside::test
