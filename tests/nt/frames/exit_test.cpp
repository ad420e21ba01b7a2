// SPDX-License-Identifier: MIT
// What a program finds in its registers behind a service, by the way out of the kernel.
#include "nt/frames/service_frames.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::EntryChoice;

namespace {

/// What either exit gives back, and what it leaves alone.
void check_user(const CpuState& user, const CpuState& after) {
    CHECK(after.eax == 0x33333333);
    CHECK(after.ebx == user.ebx);
    CHECK(after.esi == user.esi);
    CHECK(after.edi == user.edi);
    CHECK(after.ebp == user.ebp);
    CHECK(after.esp == user.esp);
    CHECK(after.eflags == user.eflags);
    CHECK(after.cs == 0x1B);
    CHECK(after.ss == 0x23);
    CHECK(after.gs == user.gs);
}

void check_kernel_left(const TestNtMachine& nt) {
    CHECK(nt.exception_list() == seh_record);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.thread("TrapFrame") == older_frame);
}

}  // namespace

TEST_CASE("exit: int 2E by IRETD", "[nt][frames]") {
    const auto [model, entry] = GENERATE(std::pair{cpu::Model::i486, EntryChoice::by_cpuid},
                                         std::pair{cpu::Model::p6, EntryChoice::int2e});
    const std::string program = GENERATE("int2e", "int2e_down");
    TestNtMachine nt = frame_machine({.model = model, .entry = entry}, program);
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, program);
    nt.run_to("KiSystemCallExitIret");
    const CpuState leftovers = nt.state();
    nt.run_to(program + "_back");
    check_user(user, nt.state());
    check_kernel_left(nt);
    // IRETD restores neither: what the kernel had last is what the user gets.
    CHECK(nt.state().ecx == leftovers.ecx);
    CHECK(nt.state().edx == leftovers.edx);
    if (facts_of(nt).saves_all) {
        CHECK(nt.state().ecx == user.ecx);
        CHECK(nt.state().edx == older_frame);  // the chain's link has the slot
    } else {
        CHECK(nt.state().ecx != user.ecx);
        CHECK(nt.state().edx != user.edx);
    }
    // FS comes from the frame; DS and ES were never touched.
    CHECK(nt.state().fs == 0x39);
    CHECK(nt.state().ds == 0x21);
    CHECK(nt.state().es == 0x22);
}

TEST_CASE("exit: int 2E by SYSEXIT where the processor has it", "[nt][frames]") {
    const std::string program = GENERATE("int2e", "int2e_down");
    TestNtMachine nt = frame_machine({}, program);
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, program);
    nt.run_to("KiSystemCallExitSysexit");
    CHECK((nt.state().eflags & cpu::flag::intf) != 0);
    nt.run_to(program + "_back");
    check_user(user, nt.state());
    check_kernel_left(nt);
    CHECK(nt.state().ecx == user.esp);
    CHECK(nt.state().edx == user.eip + 2);
    CHECK(nt.state().fs == 0x39);
    CHECK(nt.state().ds == 0x21);
    CHECK(nt.state().es == 0x22);
}

TEST_CASE("exit: SYSENTER by SYSEXIT", "[nt][frames]") {
    const std::string program = GENERATE("sysenter", "sysenter_down");
    TestNtMachine nt = frame_machine({}, program);
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, program);
    nt.run_to("KiSystemCallExitSysexit");
    nt.run_to(facts_of(nt).system_call_return);
    check_user(user, nt.state());
    check_kernel_left(nt);
    CHECK(nt.state().ecx == user.esp);
    CHECK(nt.state().edx == facts_of(nt).system_call_return.value);
    // The entry loaded flat selectors, and the frame's FS is a constant.
    CHECK(nt.state().fs == 0x3B);
    CHECK(nt.state().ds == 0x23);
    CHECK(nt.state().es == 0x23);
    nt.run_to(program + "_back");
    CHECK(nt.state().esp == user.esp + 4);
}

TEST_CASE("exit: SYSENTER by IRETD when int 2E is the system's entry", "[nt][frames]") {
    TestNtMachine nt = frame_machine({.entry = EntryChoice::int2e}, "sysenter");
    if (!facts_of(nt).has_sysenter) {
        return;  // then there is no SYSENTER
    }
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, "sysenter");
    nt.run_to("KiSystemCallExitIret");
    const CpuState leftovers = nt.state();
    nt.run_to(facts_of(nt).system_call_return);
    check_user(user, nt.state());
    check_kernel_left(nt);
    CHECK(nt.state().ecx == leftovers.ecx);
    CHECK(nt.state().edx == leftovers.edx);
}

TEST_CASE("exit: a frame with other selectors than the flat ones leaves by IRETD", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, "int2e");
    // 0x60: ring 3 code, 0x68: ring 3 data; flat, but not the ones SYSEXIT loads.
    const auto [slot, selector] = GENERATE(std::pair{0x6CU, 0x63U}, std::pair{0x78U, 0x6BU});
    nt.set_descriptor(0x60, 0x00CFFB000000FFFF);
    nt.set_descriptor(0x68, 0x00CFF3000000FFFF);
    nt.run_to("KiSystemServiceFrameBuilt");
    nt.set_dword(nt.user_frame() + slot, selector);
    nt.run_to("KiSystemCallExitIret");
    nt.run_to("int2e_back");
    CHECK((slot == 0x6C ? nt.state().cs : nt.state().ss) == selector);
    CHECK(nt.state().esp == user.esp);
}

TEST_CASE("exit: clocks of a call that does nothing", "[nt][frames]") {
    struct Row {
        cpu::Model model;
        EntryChoice entry;
        std::string program;
        std::uint64_t clocks;
    };
    // Measured; docs/timing.md says what they are made of. Change them when a clock or an
    // instruction of the path was meant to change.
    const Row row = GENERATE(Row{cpu::Model::i486, EntryChoice::by_cpuid, "int2e", 296},
                             Row{cpu::Model::p6, EntryChoice::int2e, "int2e", 317},
                             Row{cpu::Model::p6, EntryChoice::by_cpuid, "int2e", 285},
                             Row{cpu::Model::p6, EntryChoice::by_cpuid, "sysenter", 232});
    const std::uint32_t block_limit = GENERATE(1U, 64U);
    TestNtMachine nt = frame_machine(
        {.model = row.model, .entry = row.entry, .block_limit = block_limit}, row.program, "xp");
    nt.replace_service(0, "null_service", 0);
    INFO(row.program << " on " << cpu::traits(row.model).name);
    // What has run before makes no difference.
    for (const std::string& call : {row.program, row.program + "_warm"}) {
        nt.run_to(call + "_gate");
        const std::uint64_t before = nt.cpu().clock;
        nt.run_to(call + "_back");
        CHECK((nt.cpu().clock - before) / cpu::traits(row.model).ticks_per_clock == row.clocks);
    }
}
