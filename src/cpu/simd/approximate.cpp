// SPDX-License-Identifier: MIT
#include "cpu/simd/approximate.hpp"

#include "cpu/simd/float_format.hpp"

namespace ringside::cpu::simd {
namespace {

constexpr unsigned kept_bits = 13;
constexpr std::uint64_t unit = std::uint64_t{1} << kept_bits;

/// value / 2^13 * 2^exponent, where value is in 2^12 to 2^13.
std::uint32_t packed(std::uint64_t value, int exponent) {
    if (value == unit) {
        value = unit / 2;
        ++exponent;
    }
    const int biased = exponent - 1 + Single::bias;
    if (biased <= 0) {
        return 0;
    }
    const auto fraction = static_cast<std::uint32_t>(value - unit / 2)
                          << (Single::fraction_bits - kept_bits + 1);
    return static_cast<std::uint32_t>(biased) << Single::fraction_bits | fraction;
}

std::uint64_t whole_root(std::uint64_t square) {
    std::uint64_t root = 0;
    for (std::uint64_t bit = unit * 2; bit != 0; bit >>= 1) {
        if ((root | bit) * (root | bit) <= square) {
            root |= bit;
        }
    }
    return root;
}

/// 1.fraction as a whole number.
std::uint64_t significand_of(std::uint32_t value) {
    return (value & (Single::smallest_normal - 1)) | Single::smallest_normal;
}

int exponent_of(std::uint32_t value) {
    return static_cast<int>(Single::magnitude(value) >> Single::fraction_bits) - Single::bias;
}

}  // namespace

std::uint32_t reciprocal(std::uint32_t value) {
    if (Single::is_nan(value)) {
        return value | Single::quiet_bit;
    }
    const std::uint32_t sign = value & Single::sign_bit;
    if (Single::is_infinite(value)) {
        return sign;
    }
    if (Single::magnitude(value) < Single::smallest_normal) {
        return sign | Single::infinity;
    }
    const std::uint64_t divisor = significand_of(value);
    const std::uint64_t dividend = std::uint64_t{1} << (Single::fraction_bits + kept_bits);
    return sign | packed((dividend + divisor / 2) / divisor, -exponent_of(value));
}

std::uint32_t reciprocal_root(std::uint32_t value) {
    if (Single::is_nan(value)) {
        return value | Single::quiet_bit;
    }
    if (Single::magnitude(value) < Single::smallest_normal) {
        return (value & Single::sign_bit) | Single::infinity;
    }
    if (Single::negative(value)) {
        return Single::indefinite;
    }
    if (Single::is_infinite(value)) {
        return 0;
    }
    const int exponent = exponent_of(value);
    const bool odd = (exponent & 1) != 0;
    const std::uint64_t divisor = significand_of(value) << (odd ? 1 : 0);
    // One bit more than is kept, for rounding.
    constexpr unsigned scale = Single::fraction_bits + 2 * (kept_bits + 1);
    const std::uint64_t root = whole_root((std::uint64_t{1} << scale) / divisor);
    return packed((root + 1) / 2, -(exponent - (odd ? 1 : 0)) / 2);
}

}  // namespace ringside::cpu::simd
