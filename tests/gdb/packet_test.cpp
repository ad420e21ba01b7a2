// SPDX-License-Identifier: MIT
#include "gdb/packet.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "gdb/hex.hpp"

namespace ringside::gdb {
namespace {

std::vector<Arrival> arrivals(std::string_view bytes) {
    PacketReader reader;
    reader.feed(bytes);
    std::vector<Arrival> all;
    for (Arrival one; reader.next(one);) {
        all.push_back(one);
    }
    return all;
}

}  // namespace

TEST_CASE("packet: content between $ and #, checked by its sum", "[gdb]") {
    CHECK(framed("g") == "$g#67");
    CHECK(framed("") == "$#00");
    const auto all = arrivals("+$qC#b4$m0,4#fd");
    REQUIRE(all.size() == 2);
    CHECK(all[0].kind == Arrival::Kind::packet);
    CHECK(all[0].text == "qC");
    CHECK(all[1].text == "m0,4");
}

TEST_CASE("packet: a wrong sum is damage, and the next packet is heard", "[gdb]") {
    const auto all = arrivals("$qC#b5$qC#zz$qC#B4");
    REQUIRE(all.size() == 3);
    CHECK(all[0].kind == Arrival::Kind::damaged);
    CHECK(all[1].kind == Arrival::Kind::damaged);
    CHECK(all[2].text == "qC");
}

TEST_CASE("packet: a byte 03 between packets interrupts, within one it does not", "[gdb]") {
    const auto all = arrivals("\x03$X\x03#5b\x03");
    REQUIRE(all.size() == 3);
    CHECK(all[0].kind == Arrival::Kind::interrupt);
    CHECK(all[1].text == "X\x03");
    CHECK(all[2].kind == Arrival::Kind::interrupt);
}

TEST_CASE("packet: bytes that mean something are escaped and come back", "[gdb]") {
    const std::string data = "a#b$c}d*e";
    CHECK(escaped(data) ==
          "a}\x03"
          "b}\x04"
          "c}]d}\x0a"
          "e");
    CHECK(unescaped(escaped(data)) == data);
    CHECK(unescaped("x}") == "x}");
}

TEST_CASE("packet: one that is too long is damage, and memory stays bounded", "[gdb]") {
    PacketReader reader;
    reader.feed("$");
    const std::string much(largest_packet, 'a');
    for (int i = 0; i < 20; ++i) {
        reader.feed(much);
    }
    reader.feed("#00$qC#b4");
    Arrival one;
    REQUIRE(reader.next(one));
    CHECK(one.kind == Arrival::Kind::damaged);
    REQUIRE(reader.next(one));
    CHECK(one.text == "qC");
}

TEST_CASE("packet: numbers are hexadecimal and all of the text", "[gdb]") {
    CHECK(hex_dword("ffffffff") == 0xFFFFFFFFU);
    CHECK_FALSE(hex_dword("100000000"));
    CHECK_FALSE(hex_number(""));
    CHECK_FALSE(hex_number("-1"));
    CHECK_FALSE(hex_number("12g"));
    CHECK_FALSE(from_hex("abc"));
    CHECK(text_from_hex("4b69") == "Ki");
}

TEST_CASE("packet: whatever bytes come, the reader takes them", "[gdb][hostile]") {
    std::mt19937 random(6);
    PacketReader reader;
    Arrival one;
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(random() % 64, '\0');
        for (char& c : bytes) {
            c = "$#+-\x03}*aF0"[random() % 10];
        }
        reader.feed(bytes);
        while (reader.next(one)) {
            CHECK(one.text.size() <= largest_packet);
        }
    }
}

}  // namespace ringside::gdb
