// SPDX-License-Identifier: MIT
// Sections named are those of Intel's 8259A data sheet.
#include "guest/devices/pic.hpp"

#include <catch2/catch.hpp>

#include "guest/devices/pic_pair.hpp"

using namespace ringside::guest;

namespace {

Pic initialized(std::uint8_t icw4 = 0x01) {
    Pic pic;
    pic.write(0, 0x11);
    pic.write(1, 0x20);
    pic.write(1, 0x04);
    pic.write(1, icw4);
    return pic;
}

void pulse(Pic& pic, unsigned line) {
    pic.set_line(line, false);
    pic.set_line(line, true);
}

constexpr std::uint8_t eoi = 0x20;
constexpr std::uint8_t read_irr = 0x0A;
constexpr std::uint8_t read_isr = 0x0B;

std::uint8_t isr(Pic& pic) {
    pic.write(0, read_isr);
    return pic.read(0);
}

std::uint8_t irr(Pic& pic) {
    pic.write(0, read_irr);
    return pic.read(0);
}

}  // namespace

TEST_CASE("8259A: a request is latched, acknowledged with its vector, and ended", "[pic]") {
    Pic pic = initialized();
    CHECK_FALSE(pic.request());
    pulse(pic, 3);
    CHECK(irr(pic) == 0x08);
    REQUIRE(pic.request() == 3U);
    CHECK(pic.acknowledge() == 3);
    CHECK(pic.vector_of(3) == 0x23);
    CHECK(irr(pic) == 0);
    CHECK(isr(pic) == 0x08);
    pic.write(0, eoi);
    CHECK(isr(pic) == 0);
}

TEST_CASE("8259A: fully nested, higher levels interrupt lower ones and no others", "[pic]") {
    Pic pic = initialized();
    pulse(pic, 4);
    pic.acknowledge();
    pulse(pic, 5);
    CHECK_FALSE(pic.request());
    pulse(pic, 4);
    CHECK_FALSE(pic.request());
    pulse(pic, 1);
    CHECK(pic.request() == 1U);
    pic.acknowledge();
    CHECK(isr(pic) == 0x12);
    pic.write(0, eoi);
    CHECK(isr(pic) == 0x10);
    pic.write(0, 0x64);  // specific EOI of 4
    CHECK(isr(pic) == 0);
    CHECK(pic.request() == 4U);
}

TEST_CASE("8259A: a masked request waits in IRR", "[pic]") {
    Pic pic = initialized();
    pic.write(1, 0x02);
    CHECK(pic.read(1) == 0x02);
    pulse(pic, 1);
    CHECK_FALSE(pic.request());
    CHECK(irr(pic) == 0x02);
    pic.write(1, 0);
    CHECK(pic.request() == 1U);
}

TEST_CASE("8259A: a request that is gone at INTA is answered as line 7, not in service", "[pic]") {
    Pic pic = initialized();
    pic.set_line(2, true);
    pic.set_line(2, false);
    CHECK_FALSE(pic.request());
    CHECK(pic.acknowledge() == 7);
    CHECK(isr(pic) == 0);
}

TEST_CASE("8259A: an edge requests once, a level as long as it is high", "[pic]") {
    Pic edge = initialized();
    edge.set_line(6, true);
    edge.acknowledge();
    edge.write(0, eoi);
    CHECK_FALSE(edge.request());

    Pic level;
    level.write(0, 0x19);  // LTIM
    level.write(1, 0x20);
    level.write(1, 0x00);
    level.write(1, 0x01);
    level.set_line(6, true);
    level.acknowledge();
    CHECK_FALSE(level.request());
    level.write(0, eoi);
    CHECK(level.request() == 6U);
    level.set_line(6, false);
    CHECK_FALSE(level.request());
}

TEST_CASE("8259A: automatic EOI leaves nothing in service", "[pic]") {
    Pic pic = initialized(0x03);
    pulse(pic, 2);
    pic.acknowledge();
    CHECK(isr(pic) == 0);
    pulse(pic, 5);
    CHECK(pic.request() == 5U);
}

TEST_CASE("8259A: automatic rotation gives the served line the lowest priority", "[pic]") {
    Pic pic = initialized();
    for (const unsigned line : {0U, 1U, 2U}) {
        pulse(pic, line);
    }
    CHECK(pic.acknowledge() == 0);
    pic.write(0, 0xA0);  // rotate on non-specific EOI
    pulse(pic, 0);
    CHECK(pic.acknowledge() == 1);
    pic.write(0, 0xA0);
    CHECK(pic.acknowledge() == 2);
    pic.write(0, 0xA0);
    CHECK(pic.acknowledge() == 0);

    Pic automatic = initialized(0x03);
    automatic.write(0, 0x80);  // rotate in automatic EOI mode
    pulse(automatic, 0);
    pulse(automatic, 3);
    CHECK(automatic.acknowledge() == 0);
    pulse(automatic, 0);
    CHECK(automatic.acknowledge() == 3);
}

TEST_CASE("8259A: specific rotation and set priority name the lowest line", "[pic]") {
    Pic pic = initialized();
    pic.write(0, 0xC0 | 4);  // 4 lowest, so 5 highest
    pulse(pic, 0);
    pulse(pic, 5);
    CHECK(pic.acknowledge() == 5);
    pic.write(0, 0xE0 | 5);  // specific EOI of 5, which becomes lowest
    CHECK(isr(pic) == 0);
    pulse(pic, 5);
    CHECK(pic.acknowledge() == 0);
}

TEST_CASE("8259A: special mask mode lets lower levels through a masked one in service", "[pic]") {
    Pic pic = initialized();
    pulse(pic, 2);
    pic.acknowledge();
    pulse(pic, 6);
    CHECK_FALSE(pic.request());
    pic.write(1, 0x04);
    pic.write(0, 0x68);  // set special mask
    CHECK(pic.request() == 6U);
    pic.acknowledge();
    pic.write(0, eoi);  // passes the masked level 2 by
    CHECK(isr(pic) == 0x04);
    pic.write(0, 0x48);  // reset special mask
    pic.write(0, eoi);
    CHECK(isr(pic) == 0);
}

TEST_CASE("8259A: a poll acknowledges by a read", "[pic]") {
    Pic pic = initialized();
    pic.write(0, 0x0C);
    CHECK((pic.read(0) & 0x80) == 0);
    pulse(pic, 5);
    pic.write(0, 0x0C);
    CHECK(pic.read(0) == 0x85);
    CHECK(isr(pic) == 0x20);
}

TEST_CASE("8259A: ICW1 clears mask, service and edges; OCW3 goes back to IRR", "[pic]") {
    Pic pic = initialized();
    pic.write(1, 0xFF);
    pulse(pic, 3);
    pic.write(0, read_isr);
    pic.write(0, 0x13);  // single, with ICW4
    CHECK_FALSE(pic.request());
    pic.write(1, 0x40);
    pic.write(1, 0x01);
    CHECK(pic.read(1) == 0);
    CHECK(pic.read(0) == 0);
    CHECK_FALSE(pic.request());
    pulse(pic, 3);
    CHECK(pic.vector_of(*pic.request()) == 0x43);
}

namespace {

struct Pair {
    PicPair pics;
    Pair() {
        for (const auto& [port, value] : std::initializer_list<std::pair<int, int>>{{0x20, 0x11},
                                                                                    {0x21, 0x20},
                                                                                    {0x21, 0x04},
                                                                                    {0x21, 0x01},
                                                                                    {0xA0, 0x11},
                                                                                    {0xA1, 0x28},
                                                                                    {0xA1, 0x02},
                                                                                    {0xA1, 0x01}}) {
            out(port, value);
        }
    }
    void out(int port, int value) {
        CHECK_FALSE(pics.out(static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(value)));
    }
    int in(int port) { return pics.in(static_cast<std::uint16_t>(port)); }
};

}  // namespace

TEST_CASE("8259A pair: the slave interrupts through line 2 and needs two EOIs", "[pic]") {
    Pair pair;
    pair.pics.set_line(12, true);
    REQUIRE(pair.pics.requests());
    const auto taken = pair.pics.acknowledge();
    CHECK(taken.vector == 0x2C);
    CHECK(taken.line == 12U);
    pair.out(0x20, 0x0B);
    CHECK(pair.in(0x20) == 0x04);
    pair.out(0xA0, 0x0B);
    CHECK(pair.in(0xA0) == 0x10);
    pair.pics.set_line(14, true);
    CHECK_FALSE(pair.pics.requests());
    pair.out(0xA0, eoi);
    CHECK_FALSE(pair.pics.requests());
    pair.out(0x20, eoi);
    CHECK(pair.pics.acknowledge().vector == 0x2E);
}

TEST_CASE("8259A pair: special fully nested mode nests requests of one slave", "[pic]") {
    for (const bool nested : {false, true}) {
        Pair pair;
        if (nested) {
            for (const auto& [port, value] : std::initializer_list<std::pair<int, int>>{
                     {0x20, 0x11}, {0x21, 0x20}, {0x21, 0x04}, {0x21, 0x11}}) {
                pair.out(port, value);
            }
        }
        pair.pics.set_line(12, true);
        pair.pics.acknowledge();
        pair.pics.set_line(9, true);
        CHECK(pair.pics.requests() == nested);
    }
}

TEST_CASE("8259A pair: a request of the slave that is gone is its line 7", "[pic]") {
    Pair pair;
    pair.out(0xA0, 0x0C);
    CHECK((pair.in(0xA0) & 0x80) == 0);
    pair.out(0xA1, 0xFF);
    pair.pics.set_line(10, true);
    CHECK_FALSE(pair.pics.requests());
    CHECK(pair.pics.acknowledge().vector == 0x27);
    CHECK_FALSE(pair.pics.acknowledge().line);
}

TEST_CASE("8259A pair: level-sensitive lines by the ELCR, but never the timer's", "[pic]") {
    Pair pair;
    pair.out(0x4D0, 0xFF);
    CHECK(pair.in(0x4D0) == 0xF8);
    pair.pics.set_line(5, true);
    pair.pics.acknowledge();
    pair.out(0x20, eoi);
    CHECK(pair.pics.requests());
    CHECK(pair.pics.would_request(0));
}
