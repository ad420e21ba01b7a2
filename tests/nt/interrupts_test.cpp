// SPDX-License-Identifier: MIT
// The request lines alone: what they offer a CPU that takes interrupts, or does not.
#include "nt/interrupts.hpp"

#include <catch2/catch.hpp>

#include "guest/machine.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

class Lines {
  public:
    InterruptLines lines;

    void schedule(unsigned line, std::uint64_t tick) { lines.schedule(line, tick); }
    void at(std::uint64_t tick, bool clock_ticks = false) {
        cpu().clock = tick;
        lines.update(cpu(), clock_ticks);
    }
    /// What the CPU sees at its pin: a vector, or 0.
    unsigned offered() {
        const auto& pending = cpu().pending_interrupt;
        return pending ? static_cast<unsigned>(*pending) : 0;
    }
    void take() { cpu().pending_interrupt.reset(); }
    /// Everything the CPU gets if it always takes what it is offered, in order.
    std::vector<unsigned> drain() {
        std::vector<unsigned> taken;
        while (offered() != 0) {
            taken.push_back(offered());
            take();
            at(cpu().clock + 1);
        }
        return taken;
    }
    cpu::Cpu& cpu() { return machine_.cpu(); }

  private:
    guest::Machine machine_{{.memory_bytes = 1U << 20, .mhz = {}}};
};

}  // namespace

TEST_CASE("interrupt lines: a request comes at its clock, not before", "[nt][interrupt]") {
    Lines test;
    CHECK_FALSE(test.lines.next_look());
    test.schedule(5, 100);
    CHECK(test.lines.next_look() == 100U);
    test.at(99);
    CHECK(test.offered() == 0);
    test.at(103);
    CHECK(test.offered() == 0x35);
    CHECK_FALSE(test.lines.next_look());
}

TEST_CASE("interrupt lines: their order is that of two cascaded controllers", "[nt][interrupt]") {
    Lines test;
    for (const unsigned line : {7U, 6U, 5U, 4U, 3U, 15U, 14U, 12U, 11U, 10U, 9U, 8U, 1U, 0U}) {
        test.schedule(line, 10);
    }
    test.at(10);
    CHECK(test.drain() == std::vector<unsigned>{0x30, 0x31, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3E,
                                                0x3F, 0x33, 0x34, 0x35, 0x36, 0x37});
    CHECK_FALSE(test.lines.next_look());
}

TEST_CASE("interrupt lines: a request that comes later goes first if its line does",
          "[nt][interrupt]") {
    Lines test;
    test.schedule(7, 10);
    test.schedule(1, 20);
    test.at(10);
    CHECK(test.offered() == 0x37);
    test.at(20);
    CHECK(test.offered() == 0x31);
    CHECK(test.drain() == std::vector<unsigned>{0x31, 0x37});
}

TEST_CASE("interrupt lines: while more waits than the CPU is offered, every boundary is looked at",
          "[nt][interrupt]") {
    Lines test;
    test.schedule(3, 10);
    test.schedule(4, 10);
    test.at(10);
    CHECK(test.lines.next_look() == 11U);
    test.at(15);
    CHECK(test.offered() == 0x33);
    CHECK(test.lines.next_look() == 16U);
}

TEST_CASE("interrupt lines: no device's request is lost, a waiting tick takes the next along",
          "[nt][interrupt]") {
    Lines test;
    for (int i = 0; i < 3; ++i) {
        test.schedule(5, 10);
    }
    test.at(10, true);
    test.at(20, true);
    test.at(30, true);
    CHECK(test.drain() == std::vector<unsigned>{0x30, 0x35, 0x35, 0x35});
}

TEST_CASE("interrupt lines: a tick behind one that was taken is a new one", "[nt][interrupt]") {
    Lines test;
    test.at(10, true);
    test.take();
    test.at(20, true);
    CHECK(test.offered() == 0x30);
}

TEST_CASE("interrupt lines: line 0 can be raised beside the clock: one tick more",
          "[nt][interrupt]") {
    Lines test;
    test.schedule(0, 10);
    test.schedule(0, 10);
    test.at(10);
    CHECK(test.drain() == std::vector<unsigned>{0x30, 0x30});
}

TEST_CASE("interrupt lines: what somebody else put to the CPU comes first", "[nt][interrupt]") {
    Lines test;
    test.cpu().pending_interrupt = cpu::Vector::nmi;
    test.schedule(5, 10);
    test.at(10);
    CHECK(test.offered() == 2);
    CHECK(test.lines.next_look() == 11U);
    test.take();
    test.at(11);
    CHECK(test.offered() == 0x35);
}

TEST_CASE("interrupt lines: a device is expected until the CPU has taken the last request",
          "[nt][interrupt]") {
    Lines test;
    test.at(5, true);
    CHECK_FALSE(test.lines.expects_device(test.cpu()));
    test.schedule(5, 10);
    CHECK(test.lines.expects_device(test.cpu()));
    test.take();
    test.at(10);
    CHECK(test.lines.expects_device(test.cpu()));
    test.take();
    CHECK_FALSE(test.lines.expects_device(test.cpu()));
}

TEST_CASE("interrupt lines: 2 and 13 are taken on the board", "[nt][interrupt]") {
    for (unsigned line = 0; line < InterruptLines::count; ++line) {
        INFO(line);
        CHECK(InterruptLines::why_reserved(line).has_value() == (line == 2 || line == 13));
    }
}
