// SPDX-License-Identifier: MIT
#include "guest/observers.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

#include "support/ring_machine.hpp"

namespace ringside::guest {
namespace {

class Counter : public cpu::CpuObserver {
  public:
    void transition(const cpu::Transition&) override { ++transitions; }
    void reached(LinearAddress at) override { places.push_back(at.value); }
    int transitions = 0;
    std::vector<std::uint32_t> places;
};

}  // namespace

TEST_CASE("observers: each hears of transitions, and of its own probes only", "[guest]") {
    test::RingMachine ring;
    const std::uint32_t user = ring.kernel.at("user").value;
    const std::uint32_t lookup = ring.kernel.at("lookup").value;
    Counter first;
    Counter second;
    ring.machine.observers().add(first, {user});
    ring.machine.observers().add(second, {user, lookup});
    REQUIRE(ring.run().status == 85);
    CHECK(first.transitions == 7);  // iretd, int 2E, iretd, int3, iretd, sysenter, sysexit
    CHECK(second.transitions == 7);
    CHECK(first.places == std::vector<std::uint32_t>{user});
    CHECK(second.places == std::vector<std::uint32_t>{user, lookup, lookup});
}

TEST_CASE("observers: with none the CPU has no observer", "[guest]") {
    test::RingMachine ring;
    CHECK(ring.machine.cpu().observer == nullptr);
    Counter counter;
    ring.machine.observers().add(counter);
    CHECK(ring.machine.cpu().observer != nullptr);
    ring.machine.observers().remove(counter);
    CHECK(ring.machine.cpu().observer == nullptr);
}

TEST_CASE("machine: what a guest calls must not run the guest again", "[guest]") {
    struct Runner : cpu::CpuObserver {
        explicit Runner(test::RingMachine& of) : ring(of) {}
        void transition(const cpu::Transition&) override { ring.run(); }
        void reached(LinearAddress) override {}
        test::RingMachine& ring;
    };
    test::RingMachine ring;
    Runner runner(ring);
    ring.machine.observers().add(runner, {});
    CHECK_THROWS_AS(ring.run(), BrokenInvariant);
    ring.machine.observers().remove(runner);
}

TEST_CASE("observers: a stop at a probe leaves its instruction for later", "[guest]") {
    class StopHere : public Counter {
      public:
        explicit StopHere(Machine& machine) : machine_(machine) {}
        void reached(LinearAddress at) override {
            Counter::reached(at);
            machine_.stop();
        }

      private:
        Machine& machine_;
    };
    for (const std::uint32_t limit : {1U, 64U}) {
        test::RingMachine ring(limit);
        StopHere stop(ring.machine);
        const LinearAddress at = ring.kernel.at("user+0x4");
        ring.machine.observers().add(stop, {at.value});
        REQUIRE(ring.run().kind == StopKind::observer);
        CHECK(ring.machine.cpu().eip == at.value);
        CHECK(ring.machine.cpu().registers[cpu::GeneralRegister::esp] == 0x80000 - 8);
        ring.machine.observers().remove(stop);
        CHECK(ring.run().status == 85);
    }
}

}  // namespace ringside::guest
