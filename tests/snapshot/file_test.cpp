// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "snapshot/file.hpp"

using namespace ringside;

namespace {

std::vector<std::byte> sample() {
    return snapshot::encode({R"({"clock": 7})", std::vector<std::byte>(100, std::byte{0x5A})});
}

std::string refusal(std::span<const std::byte> bytes) {
    try {
        static_cast<void>(snapshot::decode("a.snapshot", bytes));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 126);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a snapshot file gives back what it was made of", "[snapshot]") {
    const auto file = snapshot::decode("a.snapshot", sample());
    CHECK(file.about == R"({"clock": 7})");
    CHECK(file.state == std::vector<std::byte>(100, std::byte{0x5A}));
}

TEST_CASE("a file that is no snapshot is refused as such", "[snapshot]") {
    const std::string text = "MZ, or anything else that is long enough to be looked at";
    CHECK(refusal(std::as_bytes(std::span(text))) ==
          "a.snapshot: not a snapshot of Ringside's; make one by --snapshot-at");
    CHECK(refusal({}) == refusal(std::as_bytes(std::span(text))));
}

TEST_CASE("a snapshot of another format is refused with both numbers", "[snapshot]") {
    auto bytes = sample();
    bytes[8] = std::byte{99};
    CHECK(refusal(bytes) ==
          "a.snapshot: a snapshot of format 99, and this Ringside reads format 1; resume it with "
          "the one that made it");
}

TEST_CASE("every flipped bit and every cut is found", "[snapshot]") {
    const auto good = sample();
    for (std::size_t i = 12; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= std::byte{0x10};
        CHECK(refusal(bytes) == "a.snapshot: a damaged snapshot: its sum is not that of its bytes");
    }
    for (std::size_t size = 12; size < good.size(); ++size) {
        CHECK_THAT(refusal(std::span(good).first(size)),
                   Catch::StartsWith("a.snapshot: a damaged snapshot: "));
    }
}
