// SPDX-License-Identifier: MIT
// KiSwapContext, dword by dword: a thread waits for another that has never run, which then ends.
#include "cpu/cpu.hpp"
#include "nt/scheduling/thread_machine.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t mp_em_ts = 0x0E;

using Thread = ThreadMachine::Thread;

std::uint32_t teb_base_of_gdt(const ThreadMachine& nt) {
    const std::uint32_t low = nt.dword(ThreadMachine::gdt_at + 0x38);
    const std::uint32_t high = nt.dword(ThreadMachine::gdt_at + 0x3C);
    return low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000);
}

/// What a switch has loaded for the thread that runs now.
void check_loaded(const ThreadMachine& nt, const Thread& thread, std::uint32_t esp0_below_stack) {
    CHECK(nt.dword(ThreadMachine::prcb_at + ThreadMachine::current_thread) == thread.at.value);
    CHECK(nt.dword(ThreadMachine::prcb_at + ThreadMachine::next_thread) == 0);
    CHECK(nt.dword(ThreadMachine::tss_at + 4) == thread.initial_stack.value - esp0_below_stack);
    CHECK(nt.dword(ThreadMachine::pcr_at + 0x04) == thread.initial_stack.value - 0x210);
    CHECK(nt.dword(ThreadMachine::pcr_at + 0x08) == thread.stack_limit.value);
    CHECK(nt.dword(ThreadMachine::pcr_at + 0x18) == thread.teb.value);
    CHECK(nt.byte(ThreadMachine::pcr_at + 0x50) == nt.byte(thread.at + 0x2C));
    CHECK(teb_base_of_gdt(nt) == thread.teb.value);
    CHECK(nt.byte(thread.at + 0x2D) == 2);  // running
}

struct Switch {
    Thread from, to;
    std::uint32_t switches;
};

/// At SwapContext: who goes and who comes.
Switch at_swap(const ThreadMachine& nt) {
    return {.from = nt.thread_at(nt.state().edi),
            .to = nt.thread_at(nt.state().esi),
            .switches = nt.dword(ThreadMachine::prcb_at + ThreadMachine::context_switches)};
}

}  // namespace

TEST_CASE("KiSwapContext: from a thread that waits to one that has never run", "[nt][swap]") {
    ThreadMachine nt("join");
    nt.run_to("join_created");
    nt.run_to("KiSwapContext");
    const CpuState caller = nt.state();
    const std::uint32_t return_address = nt.dword(LinearAddress{caller.esp});
    const std::uint32_t exception_list = nt.exception_list();
    CHECK((caller.eflags & cpu::flag::intf) == 0);

    nt.run_to("SwapContext");
    const Switch swap = at_swap(nt);
    nt.set_byte(swap.to.at + 0x2C, 1);  // DebugActive, to see it arrive
    const std::uint32_t into_ki_swap_context = nt.dword(LinearAddress{nt.state().esp});
    nt.run_to("KiThreadStartup");

    // The KSWITCHFRAME of the old thread, below what KiSwapContext saved.
    const LinearAddress frame = nt.thread_at(swap.from.at.value).kernel_stack;
    CHECK(nt.dword(frame) == exception_list);
    CHECK((nt.dword(frame + 4) & cpu::flag::intf) == 0);
    CHECK(nt.dword(frame + 8) == into_ki_swap_context);
    CHECK(nt.dword(frame + 0x0C) == 0);  // its IRQL: PASSIVE_LEVEL
    CHECK(nt.dword(frame + 0x10) == caller.edi);
    CHECK(nt.dword(frame + 0x14) == caller.esi);
    CHECK(nt.dword(frame + 0x18) == caller.ebx);
    CHECK(nt.dword(frame + 0x1C) == caller.ebp);
    CHECK(nt.dword(frame + 0x20) == return_address);
    CHECK(frame.value + 0x20 == caller.esp);
    CHECK(nt.byte(swap.from.at + 0x2D) == 5);  // waiting

    // The new one begins on its KUINIT frame, interrupts off.
    CHECK(nt.state().esp == swap.to.kernel_stack.value + 0xC);
    CHECK(nt.dword(ThreadMachine::pcr_at) == 0xFFFFFFFF);
    CHECK(nt.state().eflags == 2);
    check_loaded(nt, swap.to, 0x220);
    CHECK(nt.thread_at(swap.to.at.value).context_switches == swap.to.context_switches + 1);
    CHECK(nt.thread_at(swap.from.at.value).context_switches == swap.from.context_switches);
    CHECK(nt.dword(ThreadMachine::prcb_at + ThreadMachine::context_switches) == swap.switches + 1);
}

TEST_CASE("KiSwapContext: back to the thread that waited, with its registers", "[nt][swap]") {
    ThreadMachine nt("join");
    nt.run_to("second_ends");
    const std::uint32_t second = nt.dword(ThreadMachine::prcb_at + ThreadMachine::current_thread);
    CHECK(nt.state().cs == 0x1B);
    CHECK(nt.state().fs == 0x3B);
    nt.run_to("SwapContext");
    const Switch swap = at_swap(nt);
    CHECK(swap.from.at.value == second);
    nt.run_to("join_joined");
    check_loaded(nt, swap.to, 0x220);
    CHECK(nt.state().eax == 0);  // STATUS_WAIT_0
    CHECK(nt.state().ebx == 0xB0B0B0B0);
    CHECK(nt.state().esi == 0x51515151);
    CHECK(nt.state().edi == 0xD1D1D1D1);
    CHECK(nt.state().ebp == 0xEBEBEBEB);
    CHECK((nt.state().eflags & cpu::flag::intf) != 0);
}

TEST_CASE("KiSwapContext: a V86 frame leaves no room for segments below Esp0", "[nt][swap]") {
    ThreadMachine nt("join");
    nt.run_to("join_created");
    nt.run_to("SwapContext");
    const Switch swap = at_swap(nt);
    nt.set_dword(swap.to.initial_stack - 0x29C + 0x70, 0x20202);
    nt.run_to("KiThreadStartup");
    check_loaded(nt, swap.to, 0x210);
}

TEST_CASE("KiSwapContext: CR0 tells whether the coprocessor's registers are the thread's",
          "[nt][swap]") {
    struct Case {
        std::uint8_t npx_state;
        std::uint32_t cr0_npx_state;
        std::uint32_t expected;
    };
    for (const Case& c : {Case{0x0A, 0, 0x0A}, Case{0, 0, 0}, Case{0, 4, 4}, Case{0x0A, 4, 0x0E}}) {
        ThreadMachine nt("join");
        nt.run_to("join_created");
        nt.run_to("SwapContext");
        const Switch swap = at_swap(nt);
        nt.set_byte(nt.at("KeI386NpxPresent"), 1);
        nt.set_byte(swap.to.at + 0x31, c.npx_state);
        nt.set_dword(swap.to.initial_stack - 0x210 + 0x20C, c.cr0_npx_state);
        const std::uint32_t rest = nt.cpu().cr0 & ~mp_em_ts;
        nt.run_to("KiThreadStartup");
        CHECK((nt.cpu().cr0 & mp_em_ts) == c.expected);
        CHECK((nt.cpu().cr0 & ~mp_em_ts) == rest);
    }
}

TEST_CASE("NtTerminateThread: the last instruction of a thread is a switch", "[nt][swap]") {
    ThreadMachine nt("join");
    nt.run_to("second_ends");
    const auto second =
        nt.thread_at(nt.dword(ThreadMachine::prcb_at + ThreadMachine::current_thread));
    nt.run_to("SwapContext");
    CHECK(nt.byte(second.at + 0x2D) == 4);  // terminated
    nt.run_to("join_joined");
    CHECK(nt.cpu().segment(cpu::SegmentRegister::fs).base != second.teb.value);
}
