// SPDX-License-Identifier: MIT
// What start-up leaves in the shared page and in the PCR, from the oldest system to the newest.
#include "nt/frames/frame_check.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::EntryChoice;

namespace {

constexpr LinearAddress shared_page{0x7FFE0000};
constexpr std::uint32_t test_ret = 0x2F8;
constexpr std::uint32_t system_call = 0x300;
constexpr std::uint32_t system_call_return = 0x304;
constexpr std::uint32_t ret_instruction = 0xC3;

}  // namespace

TEST_CASE("shared page: what its slot has for the stubs of ring 3", "[nt][frames]") {
    const auto entry = GENERATE(EntryChoice::int2e, EntryChoice::sysenter);
    const bool fast = entry == EntryChoice::sysenter;
    TestNtMachine nt = frame_machine({.entry = entry}, "int2e");
    const auto field = [&nt](std::uint32_t offset) { return nt.dword(shared_page + offset); };
    switch (nt.profile().system_call) {
        case nt::SystemCallSlot::pointer:
            CHECK(field(system_call) == 0);  // no ntdll, no address
            CHECK(field(system_call_return) == shared_page.value + test_ret);
            CHECK(field(test_ret) == ret_instruction);
            break;
        case nt::SystemCallSlot::code:
            // mov edx,esp; sysenter; ret -- or -- lea edx,[esp+8]; int 2Eh; ret
            CHECK(field(system_call) == (fast ? 0x340FD48B : 0x0824548D));
            CHECK(field(system_call + 4) == (fast ? 0xC3 : 0x00C32ECD));
            CHECK(field(test_ret) == 0);
            break;
        case nt::SystemCallSlot::none:
            CHECK(field(system_call) == 0);
            CHECK(field(system_call_return) == (fast ? shared_page.value + test_ret : 0));
            CHECK(field(test_ret) == (fast ? ret_instruction : 0));
            break;
    }
}

TEST_CASE("shared page: version and clock are the profile's", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    CHECK(nt.dword(shared_page + 0x26C) == nt.profile().major);
    CHECK(nt.dword(shared_page + 0x270) == nt.profile().minor);
    CHECK(nt.dword(shared_page + 0x004) == nt.profile().tick_count_multiplier);
    // A tick of so many 100 ns is so many milliseconds << 24.
    const std::uint64_t exact = (std::uint64_t{nt.profile().time_increment} << 24) / 10'000;
    CHECK(nt.profile().tick_count_multiplier == exact);
    CHECK(nt.dword(nt.at("KeTimeIncrement")) == nt.profile().time_increment);
    CHECK((nt.dword(nt.at("NtBuildNumber")) & 0xFFFF) == nt.profile().build);
}

TEST_CASE("PCR: the rest of its TIB, or what later systems keep there", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    CHECK(nt.pcr("SelfPcr") == nt.pcr_base().value);
    CHECK(nt.dword(nt.pcr_base() + 0x04) == nt.thread("InitialStack") - 0x210);
    CHECK(nt.dword(nt.pcr_base() + 0x18) == nt.thread("Teb"));
    if (nt.profile().layout.find("KPCR", "TssCopy") != nullptr) {
        CHECK(nt.dword(nt.pcr_base() + 0x08) == 0);  // PerfGlobalGroupMask
        CHECK(nt.pcr("TssCopy") == nt.pcr("TSS"));
        CHECK(nt.pcr("SetMemberCopy") == nt.pcr("SetMember"));
    } else {
        CHECK(nt.dword(nt.pcr_base() + 0x08) == nt.thread("StackLimit"));
    }
}
