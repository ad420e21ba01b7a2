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

/// Writes down calls, returns, and blocks that begin at `wanted`, each with its clock.
class FlowList : public Counter {
  public:
    FlowList(test::RingMachine& ring, std::set<std::uint32_t> divided)
        : cpu_(ring.machine.cpu()), divided_(std::move(divided)) {
        ring.machine.observers().add(*this, {}, ControlFlow::followed);
    }
    void flow(cpu::Flow point, LinearAddress at) override {
        if (point != cpu::Flow::block || divided_.contains(at.value)) {
            points.push_back({point, at.value, cpu_.clock});
        }
    }
    [[nodiscard]] bool divides(LinearAddress at) const override {
        return divided_.contains(at.value);
    }
    struct Point {
        cpu::Flow flow;
        std::uint32_t address;
        std::uint64_t tick;
        bool operator==(const Point&) const = default;
    };
    std::vector<Point> points;

  private:
    cpu::Cpu& cpu_;
    std::set<std::uint32_t> divided_;
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

TEST_CASE("observers: calls, returns and divided blocks are told, whatever the block size",
          "[guest]") {
    const auto told = [](std::uint32_t limit) {
        test::RingMachine ring(limit);
        FlowList list(ring, {ring.kernel.at("user_int").value, ring.kernel.at("leave").value});
        REQUIRE(ring.run().status == 85);
        ring.machine.observers().remove(list);
        return list.points;
    };
    const auto points = told(64);
    test::RingMachine names;
    const auto at = [&](std::string_view symbol) { return names.kernel.at(symbol).value; };
    using enum cpu::Flow;
    const std::vector<std::pair<cpu::Flow, std::uint32_t>> expected{
        {call, at("user+0x6")},       {block, at("user_int")},       {call, at("call_service")},
        {ret, at("service_add+0x8")}, {block, at("leave")},          {ret, at("after_stub")},
        {call, at("call_service")},   {ret, at("service_fail+0x5")}, {block, at("leave")}};
    REQUIRE(points.size() == expected.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(points[i].flow == expected[i].first);
        CHECK(points[i].address == expected[i].second);
    }
    for (const std::uint32_t limit : {1U, 2U, 8U}) {
        CHECK(told(limit) == points);
    }
}

TEST_CASE("observers: following control flow changes no clock", "[guest]") {
    test::RingMachine plain;
    REQUIRE(plain.run().status == 85);
    test::RingMachine followed;
    FlowList list(followed, {});
    REQUIRE(followed.run().status == 85);
    CHECK(plain.machine.cpu().clock == followed.machine.cpu().clock);
    followed.machine.observers().remove(list);
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
