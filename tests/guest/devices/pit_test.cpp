// SPDX-License-Identifier: MIT
// Modes and figures are those of Intel's 8254 data sheet.
#include "guest/devices/pit.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace ringside::guest;

namespace {

/// A counter under a control word, loaded at tick 0 unless `count` is 0.
PitCounter counter(unsigned mode, unsigned count, bool bcd = false) {
    PitCounter result;
    result.control(static_cast<std::uint8_t>(0x30 | mode << 1 | (bcd ? 1 : 0)));
    result.write(static_cast<std::uint8_t>(count), 0);
    result.write(static_cast<std::uint8_t>(count >> 8), 0);
    return result;
}

/// OUT at ticks from 1 on: '1' or '0' each.
std::string wave(PitCounter& one, unsigned ticks) {
    std::string result;
    for (unsigned i = 1; i <= ticks; ++i) {
        result += one.out(i) ? '1' : '0';
    }
    return result;
}

}  // namespace

TEST_CASE("8254 mode 0: OUT rises N+1 clocks after the count is written", "[pit]") {
    auto one = counter(0, 4);
    CHECK_FALSE(one.out(0));
    CHECK(wave(one, 8) == "00001111");
    CHECK(one.next_change(8) == std::nullopt);
    auto other = counter(0, 4);
    CHECK(other.count(1) == 4);
    CHECK(other.count(4) == 1);
    CHECK(other.count(5) == 0);
    CHECK(other.count(6) == 0xFFFF);
}

TEST_CASE("8254 mode 0: the first byte stops the count, GATE holds it", "[pit]") {
    auto one = counter(0, 10);
    one.write(5, 4);
    CHECK_FALSE(one.out(40));
    one.write(0, 40);
    CHECK(one.count(41) == 5);
    one.set_gate(false, 43);
    CHECK(one.count(60) == 3);
    CHECK(one.next_change(60) == std::nullopt);
    one.set_gate(true, 60);
    CHECK_FALSE(one.out(62));
    CHECK(one.out(63));
}

TEST_CASE("8254 mode 1: a rising GATE starts, and restarts, one low pulse", "[pit]") {
    auto one = counter(1, 3);
    CHECK(wave(one, 5) == "11111");
    one.set_gate(false, 5);
    one.set_gate(true, 6);
    CHECK(one.out(6));
    CHECK_FALSE(one.out(7));
    CHECK_FALSE(one.out(9));
    CHECK(one.out(10));
    one.set_gate(false, 10);
    one.set_gate(true, 11);
    one.set_gate(false, 12);
    one.set_gate(true, 13);
    CHECK_FALSE(one.out(16));
    CHECK(one.out(17));
}

TEST_CASE("8254 mode 2: OUT is low for the last clock of N", "[pit]") {
    auto one = counter(2, 3);
    CHECK(wave(one, 9) == "110110110");
    auto other = counter(2, 3);
    CHECK(other.count(1) == 3);
    CHECK(other.count(3) == 1);
    CHECK(other.count(4) == 3);
    CHECK(other.next_change(4) == 6U);
    CHECK(other.next_change(6) == 7U);
}

TEST_CASE("8254 mode 2: a new count waits for the end of the period", "[pit]") {
    auto one = counter(2, 4);
    one.write(2, 2);
    one.write(0, 2);
    CHECK(wave(one, 10) == "1110101010");
}

TEST_CASE("8254 mode 2: a low GATE stops it high, a rising one starts it anew", "[pit]") {
    auto one = counter(2, 3);
    one.set_gate(false, 3);
    CHECK(one.out(3));
    CHECK(one.out(30));
    one.set_gate(true, 30);
    CHECK(one.out(31));
    CHECK(one.out(32));
    CHECK_FALSE(one.out(33));
}

TEST_CASE("8254 mode 3: a square wave, longer high when N is odd", "[pit]") {
    auto even = counter(3, 4);
    CHECK(wave(even, 8) == "11001100");
    auto odd = counter(3, 5);
    CHECK(wave(odd, 10) == "1110011100");
    auto by_two = counter(3, 4);
    CHECK(by_two.count(1) == 4);
    CHECK(by_two.count(2) == 2);
    CHECK(by_two.count(3) == 4);
    auto odd_counts = counter(3, 5);
    CHECK(odd_counts.count(1) == 4);
    CHECK(odd_counts.count(3) == 0);
    CHECK(odd_counts.count(4) == 4);
    CHECK(odd_counts.next_change(4) == 6U);
}

TEST_CASE("8254 mode 3: a new count waits for the end of the half period", "[pit]") {
    auto one = counter(3, 8);
    one.write(4, 2);
    one.write(0, 2);
    CHECK(wave(one, 12) == "111100110011");
}

TEST_CASE("8254 modes 4 and 5: a strobe of one clock, by software or GATE", "[pit]") {
    auto software = counter(4, 3);
    CHECK(wave(software, 6) == "111011");
    CHECK(software.next_change(6) == std::nullopt);
    auto hardware = counter(5, 3);
    CHECK(wave(hardware, 6) == "111111");
    hardware.set_gate(false, 7);
    hardware.set_gate(true, 8);
    CHECK(hardware.out(11));
    CHECK_FALSE(hardware.out(12));
    CHECK(hardware.out(13));
}

TEST_CASE("8254: 0 counts 65536, or 10000 in BCD", "[pit]") {
    auto binary = counter(2, 0);
    CHECK(binary.count(1) == 0);
    CHECK(binary.count(2) == 0xFFFF);
    CHECK(binary.next_change(1) == 65536U);
    auto decimal = counter(2, 0, true);
    CHECK(decimal.count(1) == 0);
    CHECK(decimal.count(2) == 0x9999);
    CHECK(decimal.next_change(1) == 10000U);
    auto hundred = counter(0, 0x0100, true);
    CHECK(hundred.count(2) == 0x0099);
    CHECK(hundred.out(101));
}

TEST_CASE("8254: a latched count stays until it is read, low byte first", "[pit]") {
    auto one = counter(0, 0x1234);
    one.latch_count(1);
    one.latch_count(100);  // the first one holds
    CHECK(one.read(200) == 0x34);
    CHECK(one.read(200) == 0x12);
    CHECK(one.read(0x35) == 0x00);
}

TEST_CASE("8254: read-back gives status, then count", "[pit]") {
    auto one = counter(3, 8);
    one.latch_status(0);
    CHECK(one.read(0) == (0x80 | 0x40 | 0x36));  // null count: not loaded yet
    one.latch_count(6);
    one.latch_status(6);
    CHECK(one.read(6) == 0x36);
    CHECK(one.read(6) == 6);
    CHECK(one.read(6) == 0);
}

TEST_CASE("8254: one byte of a count where the control word says so", "[pit]") {
    PitCounter low;
    low.control(0x14);
    low.write(9, 0);
    CHECK(low.count(1) == 9);
    CHECK(low.read(2) == 8);
    PitCounter high;
    high.control(0x24);
    high.write(1, 0);
    CHECK(high.count(1) == 0x100);
    CHECK(high.read(1) == 1);
}

TEST_CASE("8254 in a PC: port 61h opens counter 2 and shows its OUT", "[pit]") {
    PortTable ports;
    Pit pit;
    pit.attach_to(ports);
    ports.out(0x43, 1, 0xB0);  // counter 2, mode 0
    ports.out(0x42, 1, 10);
    ports.out(0x42, 1, 0);
    pit.set_now(100);
    CHECK((ports.in(0x61, 1) & 0x20) == 0);
    ports.out(0x61, 1, 0x01);
    pit.set_now(109);
    CHECK((ports.in(0x61, 1) & 0x21) == 0x01);
    pit.set_now(111);
    CHECK((ports.in(0x61, 1) & 0x21) == 0x21);
}

TEST_CASE("8254 in a PC: the read-back command latches what it names", "[pit]") {
    PortTable ports;
    Pit pit;
    pit.attach_to(ports);
    pit.start();
    pit.set_now(1000);
    ports.out(0x43, 1, 0xC6);  // count and status of counters 0 and 1
    CHECK((ports.in(0x40, 1) & 0x3F) == 0x36);
    CHECK((ports.in(0x41, 1) & 0x3F) == 0x14);
    ports.out(0x43, 1, 0x00);  // latch counter 0
    const auto low = ports.in(0x40, 1);
    const auto high = ports.in(0x40, 1);
    CHECK((low | high << 8) == 65536 - 2 * 999);
    CHECK(ports.in(0x43, 1) == 0xFF);
}

TEST_CASE("8254: wild programming never stops it", "[pit]") {
    PitCounter one;
    std::uint32_t random = 1;
    for (unsigned now = 0; now < 200'000; now += random >> 28) {
        random = random * 1664525 + 1013904223;
        const auto byte = static_cast<std::uint8_t>(random >> 16);
        switch (random >> 24 & 7) {
            case 0: one.control(static_cast<std::uint8_t>(byte | 0x10)); break;
            case 1: one.set_gate((byte & 1) != 0, now); break;
            case 2: one.latch_status(now); break;
            case 3: one.latch_count(now); break;
            case 4: static_cast<void>(one.read(now)); break;
            default: one.write(byte, now); break;
        }
        const bool level = one.out(now);
        const auto change = one.next_change(now);
        if (change) {
            CHECK(*change > now);
            PitCounter later = one;
            CHECK(later.out(*change - 1) == level);
        }
    }
}
