// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <filesystem>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

constexpr int computations = 9;

std::string program(std::string_view unit) {
    return std::string(RINGSIDE_TEST_GUESTS) + "/numeric_" + std::string(unit);
}

/// The sum as the host's processor computes it; empty when it does not run such programs.
std::string sum_on_host(std::string_view unit, int number) {
    const auto finished = run({{program(unit) + ".elf", std::to_string(number)}, {}, {}, {}});
    return finished.status == 0 ? finished.output : "";
}

std::string sum_on_ringside(std::string_view unit, int number, const std::string& fpu) {
    const auto finished = ringside::test::ringside(
        {"run", "--os", "bare", "--cpu", "modern", "--fpu", fpu, "--regs", "--poke",
         "0x100008=" + std::to_string(number), program(unit) + ".flat@0x100000"});
    constexpr std::string_view before = "EAX=";
    const auto at = finished.error.find(before);
    INFO(finished.error);
    REQUIRE(at != std::string::npos);
    return finished.error.substr(at + before.size(), 8);
}

}  // namespace

TEST_CASE("numeric: compiled programs compute the bits that the host's processor computes",
          "[cli]") {
    for (const std::string_view unit : {"x87", "sse2"}) {
        if (!std::filesystem::exists(program(unit) + ".elf")) {
            WARN("this compiler makes no 32-bit code for x86");
            return;
        }
        for (int number = 0; number < computations; ++number) {
            const std::string expected = sum_on_host(unit, number);
            if (expected.empty()) {
                WARN("this host runs no 32-bit programs");
                return;
            }
            CAPTURE(unit, number);
            CHECK(sum_on_ringside(unit, number, "host") == expected);
            CHECK(sum_on_ringside(unit, number, "soft") == expected);
        }
    }
}
