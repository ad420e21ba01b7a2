// SPDX-License-Identifier: MIT
#include "base/sha256.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ringside;

namespace {

std::string sum_of(const std::string& text) {
    return to_text(Sha256::of(std::as_bytes(std::span(text))));
}

}  // namespace

// FIPS 180-4 examples, and the empty text.
TEST_CASE("SHA-256 gives the sums of the standard's examples", "[base][sha256]") {
    CHECK(sum_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sum_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sum_of(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of pieces is that of the whole, and may be asked on the way", "[base][sha256]") {
    const std::string text(200, 'x');
    Sha256 sum;
    for (std::size_t i = 0; i < text.size(); ++i) {
        CHECK(to_text(sum.digest()) == sum_of(text.substr(0, i)));
        sum.add(std::as_bytes(std::span(text).subspan(i, 1)));
    }
    CHECK(to_text(sum.digest()) == sum_of(text));
}
