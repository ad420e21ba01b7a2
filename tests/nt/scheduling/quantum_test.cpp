// SPDX-License-Identifier: MIT
// Quanta and priorities on the guest's clock: a foreground thread has 18 units, 3 go at each tick.
#include "nt/scheduling/thread_machine.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t quantum_of_thread = 0x6F;
constexpr std::uint32_t ticks_of_quantum = 18 / 3;

/// At 66 MHz a tick is a million clocks.
constexpr TestNtMachine::World slow{.model = cpu::Model::i486};

std::uint32_t ticks(const ThreadMachine& nt) {
    return nt.dword(LinearAddress{0x7FFE0000});
}

std::uint32_t running(const ThreadMachine& nt) {
    return nt.dword(ThreadMachine::prcb_at + ThreadMachine::current_thread);
}

}  // namespace

TEST_CASE("quantum: two threads that compute take turns of six ticks", "[nt][quantum]") {
    ThreadMachine nt("compute", slow);
    nt.run_to("compute_loop");
    const std::uint32_t first = running(nt);
    REQUIRE(ticks(nt) == 0);
    std::uint32_t expected = first;
    for (std::uint32_t turn = 1; turn <= 6; ++turn) {
        nt.run_to("SwapContext");
        CHECK(nt.state().edi == expected);
        CHECK(ticks(nt) == turn * ticks_of_quantum);
        // Round robin: who comes back has a whole quantum.
        CHECK(nt.byte(LinearAddress{nt.state().edi} + quantum_of_thread) == 18);
        expected = nt.state().esi;
    }
    const auto counts = nt.at("counts");
    CHECK(nt.dword(counts) > 0);
    const double ratio =
        static_cast<double>(nt.dword(counts)) / static_cast<double>(nt.dword(counts + 4));
    CHECK(ratio == Approx(1.0).epsilon(0.01));
}

TEST_CASE("quantum: each tick takes three units", "[nt][quantum]") {
    ThreadMachine nt("compute", slow);
    nt.run_to("compute_loop");
    const LinearAddress first{running(nt)};
    for (std::uint32_t left : {15U, 12U, 9U, 6U, 3U}) {
        nt.run_to("KiDispatchInterrupt");
        CHECK(nt.byte(first + quantum_of_thread) == left);
    }
}

TEST_CASE("preemption: an interrupt is taken between two instructions", "[nt][quantum]") {
    ThreadMachine nt("compute", slow);
    nt.run_to("compute_loop");
    for (int turn = 0; turn < 4; ++turn) {
        nt.run_to("SwapContext");
        const auto thread = nt.thread_at(nt.state().edi);
        const std::uint32_t eip = nt.dword(thread.initial_stack - 0x29C + 0x68);
        const std::uint32_t loop = nt.at(turn % 2 == 0 ? "compute_loop" : "second_computes").value;
        CHECK((eip == loop || eip == loop + 6));
    }
}

TEST_CASE("priority: a thread that is raised above the caller runs at once", "[nt][quantum]") {
    ThreadMachine nt("outrank", slow);
    nt.run_to("outrank_raise");
    CHECK(nt.dword(nt.at("counts") + 4) == 0);
    nt.run_to("outrank_raised");
    CHECK(nt.dword(nt.at("counts") + 4) == 1);
    CHECK(nt.state().eax == 0);
    CHECK(ticks(nt) == 0);
}
