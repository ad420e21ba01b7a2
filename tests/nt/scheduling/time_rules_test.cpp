// SPDX-License-Identifier: MIT
// Guest time is the counter and nothing else: when the clock interrupts, and what the shared page
// shows, follow from it at every level of detail and in every way of running.
#include "nt/scheduling/thread_machine.hpp"

using namespace ringside;
using namespace ringside::test;
using cpu::timing::Level;

namespace {

constexpr cpu::Vector clock_vector{0x30};
/// 15.625 ms at the i486's 66 MHz.
constexpr std::uint64_t clocks_to_a_tick = 1'031'250;
constexpr std::size_t ticks_watched = 2;

/// The counter whenever the clock's interrupt is taken.
class ClockWatch : public cpu::CpuObserver {
  public:
    explicit ClockWatch(guest::Machine& machine) : machine_(machine) {
        machine_.observers().add(*this);
    }
    ~ClockWatch() override { machine_.observers().remove(*this); }
    ClockWatch(const ClockWatch&) = delete;
    ClockWatch& operator=(const ClockWatch&) = delete;

    void transition(const cpu::Transition& t) override {
        if (t.kind == cpu::TransitionKind::hardware_interrupt && t.vector == clock_vector) {
            taken.push_back(t.clock_before.value);
            if (taken.size() == ticks_watched) {
                machine_.stop();
            }
        }
    }
    void reached(LinearAddress) override {}

    std::vector<std::uint64_t> taken;

  private:
    guest::Machine& machine_;
};

TestNtMachine::World world(Level level, std::uint32_t block_limit) {
    return {.model = cpu::Model::i486, .block_limit = block_limit, .timing = level};
}

std::vector<std::uint64_t> taken_by(Level level, std::uint32_t block_limit) {
    ThreadMachine nt("compute", world(level, block_limit));
    ClockWatch watch(nt.machine());
    REQUIRE(nt.machine().run(nt.personality(), {}).kind == guest::StopKind::observer);
    return watch.taken;
}

/// The same in single steps of the host; `boundaries` gets the end of the instruction before.
std::vector<std::uint64_t> taken_by_steps(Level level, std::vector<std::uint64_t>& boundaries) {
    ThreadMachine nt("compute", world(level, 64));
    ClockWatch watch(nt.machine());
    guest::Limits limits;
    limits.single_steps = true;
    std::uint64_t before = 0;
    for (auto kind = guest::StopKind::paused; kind == guest::StopKind::paused;) {
        const std::size_t count = watch.taken.size();
        const std::uint64_t here = nt.cpu().clock;
        limits.pause_at = here + 1;
        kind = nt.machine().run(nt.personality(), limits).kind;
        if (watch.taken.size() != count) {
            boundaries.push_back(before);
        }
        before = here;
    }
    return watch.taken;
}

std::uint64_t time_at(const ThreadMachine& nt, std::uint32_t field) {
    const LinearAddress at = LinearAddress{0x7FFE0000} + field;
    CHECK(nt.dword(at + 4) == nt.dword(at + 8));  // High1Time and High2Time
    return std::uint64_t{nt.dword(at + 4)} << 32 | nt.dword(at);
}

}  // namespace

TEST_CASE("time: the clock interrupts at the first boundary at or after its tick", "[nt][time]") {
    const Level level = GENERATE(Level::count, Level::table, Level::pipe, Level::memory);
    INFO(cpu::timing::name_of(level));
    std::vector<std::uint64_t> boundaries;
    const std::vector<std::uint64_t> taken = taken_by_steps(level, boundaries);
    REQUIRE(taken.size() == ticks_watched);
    REQUIRE(boundaries.size() == ticks_watched);
    for (std::size_t i = 0; i < ticks_watched; ++i) {
        const std::uint64_t due = (i + 1) * clocks_to_a_tick;
        CHECK(boundaries[i] < due);
        CHECK(due <= taken[i]);
    }
    for (const std::uint32_t block_limit : {1U, 2U, 8U, 64U}) {
        INFO("blocks of " << block_limit);
        CHECK(taken_by(level, block_limit) == taken);
    }
}

TEST_CASE("time: the shared page counts ticks of the clock, and 100 ns of each", "[nt][time]") {
    constexpr std::uint32_t interrupt_time = 0x08;
    constexpr std::uint32_t system_time = 0x14;
    ThreadMachine nt("compute", world(Level::table, 64));
    nt.run_to("compute_loop");
    const std::uint64_t start = time_at(nt, system_time) - time_at(nt, interrupt_time);
    for (std::uint32_t tick = 1; tick <= 3; ++tick) {
        nt.run_to("KiDispatchInterrupt");
        CHECK(nt.cpu().clock >= tick * clocks_to_a_tick);
        CHECK(nt.dword(LinearAddress{0x7FFE0000}) == tick);
        CHECK(time_at(nt, interrupt_time) == std::uint64_t{tick} * 156'250);
        CHECK(time_at(nt, system_time) == start + std::uint64_t{tick} * 156'250);
    }
}

TEST_CASE("time: --mhz changes how many clocks a tick has, not what a program computes",
          "[nt][time]") {
    const std::uint32_t mhz = GENERATE(33U, 66U, 200U);
    auto at_that_rate = world(Level::table, 64);
    at_that_rate.mhz = mhz;
    ThreadMachine nt("compute", at_that_rate);
    ClockWatch watch(nt.machine());
    REQUIRE(nt.machine().run(nt.personality(), {}).kind == guest::StopKind::observer);
    const std::uint64_t due = std::uint64_t{mhz} * 15'625;
    CHECK(watch.taken.at(0) >= due);
    CHECK(watch.taken.at(0) < due + 100);
}
