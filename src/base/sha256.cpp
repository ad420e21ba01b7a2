// SPDX-License-Identifier: MIT
#include "base/sha256.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ringside {
namespace {

// FIPS 180-4, 4.2.2: the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const std::byte* from) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
        value = value << 8 | std::to_integer<std::uint32_t>(from[i]);
    }
    return value;
}

}  // namespace

void Sha256::add_block(const std::byte* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = big_endian(block + i * 4);
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t s0 =
            std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
        const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::array<std::uint32_t, 8> sum{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < sum.size(); ++i) {
        state_[i] += sum[i];
    }
}

void Sha256::add(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t used = length_ % block_.size();
        const std::size_t step = std::min(bytes.size(), block_.size() - used);
        std::copy_n(bytes.begin(), step, block_.begin() + static_cast<std::ptrdiff_t>(used));
        length_ += step;
        bytes = bytes.subspan(step);
        if (length_ % block_.size() == 0) {
            add_block(block_.data());
        }
    }
}

Sha256::Digest Sha256::digest() const {
    Sha256 last = *this;
    const std::uint64_t bits = length_ * 8;
    constexpr std::byte one{0x80};
    constexpr std::byte zero{0};
    last.add({&one, 1});
    while (last.length_ % block_.size() != block_.size() - sizeof bits) {
        last.add({&zero, 1});
    }
    for (unsigned i = 0; i < sizeof bits; ++i) {
        const std::byte byte{static_cast<std::uint8_t>(bits >> (56 - 8 * i))};
        last.add({&byte, 1});
    }
    Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::uint8_t>(last.state_[i / 4] >> (24 - 8 * (i % 4)));
    }
    return digest;
}

Sha256::Digest Sha256::of(std::span<const std::byte> bytes) {
    Sha256 sum;
    sum.add(bytes);
    return sum.digest();
}

std::string to_text(const Sha256::Digest& digest) {
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace ringside
