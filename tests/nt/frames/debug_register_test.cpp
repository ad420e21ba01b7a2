// SPDX-License-Identifier: MIT
// Debug registers in the frames of services.
#include "nt/frames/service_frames.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t kernel_debug_registers = 0x418;  // PRCB: KernelDr0-3, 6, 7

constexpr Debug of_user{0x401000, 0x401100, 0x401200, 0x401300, 0xFFFF0FF1, 0x455};
constexpr Debug of_kernel{0x80501000, 0x80501100, 0x80501200, 0x80501300, 0xFFFF0FF2, 0x404};

void set_debug_registers(TestNtMachine& nt) {
    nt.cpu().dr = {of_user.dr0, of_user.dr1, of_user.dr2, of_user.dr3};
    nt.cpu().dr6 = of_user.dr6;
    nt.cpu().dr7 = of_user.dr7;
    std::uint32_t offset = 0;
    for (const std::uint32_t value : {of_kernel.dr0, of_kernel.dr1, of_kernel.dr2, of_kernel.dr3,
                                      of_kernel.dr6, of_kernel.dr7}) {
        nt.set_dword(nt.pcr_base() + kernel_debug_registers + offset, value);
        offset += 4;
    }
}

Debug debug_registers(TestNtMachine& nt) {
    const auto& dr = nt.cpu().dr;
    return {dr[0], dr[1], dr[2], dr[3], nt.cpu().dr6, nt.cpu().dr7};
}

}  // namespace

TEST_CASE("services: a debugged thread's debug registers go to the frame and come back",
          "[nt][frames]") {
    const std::string program = GENERATE("int2e", "sysenter");
    TestNtMachine nt = frame_machine({}, program);
    nt.replace_service(0, "add_service", 8);
    const CpuState user = at_gate(nt, program);
    set_debug_registers(nt);
    nt.set_thread("DebugActive", 1);
    if (facts_of(nt).pcr_debug_active) {
        nt.set_pcr("DebugActive", 1);
    }
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
    if (facts_of(nt).pcr_debug_active) {
        nt.set_pcr("DebugActive", 1);
    }
    const std::uint32_t previous_mode = nt.thread_dword("PreviousMode");
    nt.run_to("KiSystemServiceFrameBuilt");
    if (program == "int2e") {
        check_int2e_frame(nt, user, previous_mode, none_saved);
    } else {
        check_sysenter_frame(nt, user, user.eflags, none_saved);
    }
    CHECK(debug_registers(nt) == of_user);
}
