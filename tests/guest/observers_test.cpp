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

TEST_CASE("observers: a probe is passed by once, but not one that is set behind that wish",
          "[guest]") {
    for (const bool set_behind : {false, true}) {
        test::RingMachine ring;
        const LinearAddress user = ring.kernel.at("user");
        Counter counter;
        if (set_behind) {
            ring.machine.observers().pass_probe(user);
        }
        ring.machine.observers().add(counter, {user.value});
        if (!set_behind) {
            ring.machine.observers().pass_probe(user);
        }
        REQUIRE(ring.run().status == 85);
        CHECK(counter.places.size() == (set_behind ? 1 : 0));
    }
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

TEST_CASE("observers: accesses to a watched place are told with the instruction that makes them",
          "[guest]") {
    struct List : Counter {
        void accessed(const cpu::MemoryAccess& access) override { accesses.push_back(access); }
        std::vector<cpu::MemoryAccess> accesses;
    };
    constexpr std::uint32_t stack = 0x90000;
    test::RingMachine plain;
    REQUIRE(plain.run().status == 85);
    for (const std::uint32_t limit : {1U, 64U}) {
        test::RingMachine ring(limit);
        List frame;
        List table;
        const std::uint32_t start = ring.kernel.at("start").value;
        const std::uint32_t entry = ring.kernel.at("system_service").value;
        const std::uint32_t user_int = ring.kernel.at("user_int").value;
        ring.machine.observers().add(frame, {}, ControlFlow::ignored, {{{stack - 0x20}, 0x20}});
        ring.machine.observers().add(table, {}, ControlFlow::ignored,
                                     {{ring.kernel.at("service_table") + 4, 1, true, true}});
        REQUIRE(ring.run().status == 85);

        // The frame for the way into ring 3, then the gate's pushes, then the kernel's own.
        const std::vector<std::pair<std::uint32_t, std::uint32_t>> expected{
            {stack - 4, user_int},   {stack - 8, user_int},  {stack - 12, user_int},
            {stack - 16, user_int},  {stack - 20, user_int}, {stack - 24, entry},
            {stack - 28, entry + 2}, {stack - 32, entry + 3}};
        REQUIRE(frame.accesses.size() > 5 + expected.size());
        CHECK(frame.accesses.front().eip > start);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const cpu::MemoryAccess& access = frame.accesses[5 + i];
            CHECK(access.at.value == expected[i].first);
            CHECK(access.eip == expected[i].second);
            CHECK(access.size == 4);
            CHECK(access.write);
            CHECK(access.cs.value() == (i < 5 ? 0x1B : 0x08));
        }
        REQUIRE(table.accesses.size() == 1);  // service 1 is looked up, from four bytes
        CHECK_FALSE(table.accesses[0].write);
        CHECK(table.accesses[0].eip == ring.kernel.at("lookup").value);

        ring.machine.observers().remove(frame);
        ring.machine.observers().remove(table);
        CHECK(ring.machine.cpu().armed == 0);
        CHECK(ring.machine.cpu().clock == plain.machine.cpu().clock);
    }
}

TEST_CASE("observers: a stop at an access comes behind its instruction", "[guest]") {
    struct StopThere : Counter {
        explicit StopThere(Machine& of) : machine(of) {}
        void accessed(const cpu::MemoryAccess&) override { machine.stop(); }
        Machine& machine;
    };
    test::RingMachine ring;
    StopThere stop(ring.machine);
    ring.machine.observers().add(stop, {}, ControlFlow::ignored,
                                 {{ring.kernel.at("current_frame"), 4}});
    CHECK(ring.run().kind == StopKind::observer);
    CHECK(ring.machine.cpu().eip == ring.kernel.at("frame_built").value);
    ring.machine.observers().remove(stop);
    CHECK(ring.run().status == 85);
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
