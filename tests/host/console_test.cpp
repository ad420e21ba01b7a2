// SPDX-License-Identifier: MIT
#include "host/console.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

#include <catch2/catch.hpp>

#include "host/interruptible_console.hpp"

using namespace ringside::host;

namespace {

struct Pipe {
    Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    void close_end(std::size_t end) {
        if (ends[end] >= 0) {
            ::close(ends[end]);
        }
        ends[end] = -1;
    }
    std::array<int, 2> ends{};
};

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

}  // namespace

TEST_CASE("console: reads what there is, then the end", "[host][console]") {
    Pipe input;
    HostConsole console([] { return false; }, {.input = input.ends[0]});
    REQUIRE(::write(input.ends[1], "hello", 5) == 5);
    std::array<std::byte, 16> buffer{};
    CHECK(*console.read(buffer) == 5);
    input.close_end(1);
    CHECK(*console.read(buffer) == 0);
}

TEST_CASE("console: output and error go to their own descriptors", "[host][console]") {
    Pipe output;
    Pipe error;
    HostConsole console({}, {.input = -1, .output = output.ends[1], .error = error.ends[1]});
    CHECK(console.write(Stream::output, bytes("out")));
    CHECK(console.write(Stream::error, bytes("err")));
    std::array<char, 8> got{};
    CHECK(::read(output.ends[0], got.data(), 8) == 3);
    CHECK(std::string_view(got.data(), 3) == "out");
    CHECK(::read(error.ends[0], got.data(), 8) == 3);
    CHECK(std::string_view(got.data(), 3) == "err");
    CHECK_FALSE(console.is_terminal(Stream::output));
}

TEST_CASE("console: a closed pipe is an error value", "[host][console]") {
    Pipe output;
    output.close_end(0);
    HostConsole console({}, {.input = -1, .output = output.ends[1]});
    const auto written = console.write(Stream::output, bytes("into the void"));
    REQUIRE_FALSE(written);
    CHECK(written.error() == HostError::broken_pipe);
}

TEST_CASE("console: a closed input reads as empty", "[host][console]") {
    HostConsole console({}, {.input = 9999});
    std::array<std::byte, 4> buffer{};
    const auto got = console.read(buffer);
    REQUIRE(got);
    CHECK(*got == 0);
}

TEST_CASE("console: captured streams serve input once and keep output", "[host][console]") {
    CapturedConsole console("abc");
    std::array<std::byte, 2> buffer{};
    CHECK(*console.read(buffer) == 2);
    CHECK(*console.read(buffer) == 1);
    CHECK(*console.read(buffer) == 0);
    CHECK(console.write(Stream::output, bytes("x")));
    CHECK(console.write(Stream::error, bytes("y")));
    CHECK(console.output() == "x");
    CHECK(console.error_output() == "y");
}

TEST_CASE("console: somebody at another descriptor ends a wait for input", "[host][console]") {
    Pipe input;
    Pipe other;
    HostConsole inner({}, {.input = input.ends[0]});
    InterruptibleConsole console(inner, input.ends[0], [] { return false; });
    std::array<std::byte, 16> buffer{};
    const auto take_one = [&other] {
        char c = 0;
        REQUIRE(::read(other.ends[0], &c, 1) == 1);
        return c;
    };
    console.attend(other.ends[0], [&] { return take_one() == 's'; });
    REQUIRE(::write(other.ends[1], "s", 1) == 1);
    CHECK(console.read(buffer).error() == HostError::interrupted);

    // What does not ask for the end is taken, and the wait goes on to the input.
    console.attend(other.ends[0], [&] {
        REQUIRE(::write(input.ends[1], "typed", 5) == 5);
        return take_one() == 's';
    });
    REQUIRE(::write(other.ends[1], "x", 1) == 1);
    CHECK(*console.read(buffer) == 5);

    // Nobody is asked any more; a hung-up descriptor does not matter then.
    console.attend_nobody();
    other.close_end(1);
    REQUIRE(::write(input.ends[1], "more", 4) == 4);
    CHECK(*console.read(buffer) == 4);
    input.close_end(1);
    CHECK(*console.read(buffer) == 0);
}
