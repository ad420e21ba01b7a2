// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "cpu/fpu/state.hpp"
#include "cpu/fpu/wide_integer.hpp"

namespace ringside::cpu::fpu {

// Basic arithmetic as nearly all programs use it: normal operands, rounding to nearest, inexactness
// masked, a normal result. Whatever is not that comes back as not `done` and goes the general way,
// which gives the same bits; inline, since it is run from the handlers themselves.

/// A result, if there is one here, and what it adds to the status word: PE and C1 at most.
struct Quick {
    Float80 value;
    std::uint16_t raised = 0;
    bool done = false;
};

/// What quick handlers want to know of the control and status words at once: whether they are for
/// this case at all, and to how many bits results are rounded.
class QuickWords {
  public:
    explicit QuickWords(const State& s) : words_(s.control.value | unsigned{s.status} << 16) {}

    /// No exception is pending, PE is masked, and arithmetic goes to the nearest number of so many
    /// bits.
    template <unsigned precision>
    [[nodiscard]] bool rounds_to() const {
        static_assert(precision == 64 || precision == 53);
        return (words_ & (looked_at | precision_field)) ==
               (status::inexact | (precision == 64 ? 0x0300U : 0x0200U));
    }
    /// The same for conversions, which do not ask for the precision.
    [[nodiscard]] bool rounds() const { return (words_ & looked_at) == status::inexact; }
    [[nodiscard]] bool pending() const { return (words_ & unsigned{status::summary} << 16) != 0; }

    /// C1 and PE as an operation leaves them. Both words are written, as one: the next instruction
    /// reads them as one, and a host waits for a write of half of what it reads.
    void commit(State& s, std::uint16_t raised) const {
        const std::uint32_t words = (words_ & ~(unsigned{status::c1} << 16)) | unsigned{raised}
                                                                                   << 16;
        s.control.value = static_cast<std::uint16_t>(words);
        s.status = static_cast<std::uint16_t>(words >> 16);
    }

  private:
    static constexpr unsigned precision_field = 0x0300;
    static constexpr unsigned looked_at =
        0x0C00U | status::inexact | unsigned{status::summary} << 16;

    std::uint32_t words_;
};

/// What the operations below take.
[[nodiscard]] inline bool quick_normal(Float80 a) {
    return a.exponent() - 1U < Float80::largest_exponent - 1U && (a.significand >> 63) != 0;
}

namespace quick {

/// A 128-bit significand whose top bit is set, at `exponent` (biased), cut to `precision` bits.
/// Whether it goes up is as good as random, so nothing here may be a branch.
template <unsigned precision>
[[gnu::always_inline, nodiscard]] inline Quick rounded(bool negative, int exponent,
                                                       std::uint64_t high, std::uint64_t low) {
    constexpr unsigned dropped = 64 - precision;
    const bool inexact = (low | (dropped == 0 ? 0 : high << precision % 64)) != 0;
    // Half a unit less one, and one more if the last bit kept is odd, carries into that bit just
    // when the number is to go up.
    std::uint64_t result = 0;
    bool away = false;
    if constexpr (dropped == 0) {
        const std::uint64_t up = (std::uint64_t{1} << 63) - 1 + (high & 1U);
        away = low + up < low;
        result = high + std::uint64_t{away};
    } else {
        constexpr std::uint64_t unit = std::uint64_t{1} << dropped;
        const std::uint64_t sticky = high | std::uint64_t{low != 0};
        const std::uint64_t up = unit / 2 - 1 + (high >> dropped & 1U);
        result = (sticky + up) & ~(unit - 1);
        away = ((result ^ high) & unit) != 0;
    }
    if (result < (high & (0 - (std::uint64_t{1} << dropped)))) [[unlikely]] {
        result = Float80::integer_bit;
        ++exponent;
    }
    static_assert(status::inexact == 1U << 5 && status::c1 == 1U << 9);
    // An exponent that has just become 1 was below the normal ones before.
    return {{result, static_cast<std::uint16_t>((unsigned{negative} << 15) +
                                                static_cast<unsigned>(exponent))},
            static_cast<std::uint16_t>((unsigned{inexact} << 5) | (unsigned{away} << 9)),
            static_cast<unsigned>(exponent - 2) < Float80::largest_exponent - 2U};
}

}  // namespace quick

/// a + b, or a - b. Which is larger, whether the signs differ and whether the sum carries are much
/// the same each time an instruction runs, so these may be branches.
template <unsigned precision, bool subtracting>
[[gnu::always_inline, nodiscard]] inline Quick quick_add(Float80 a, Float80 b) {
    const bool b_sign = b.sign() != subtracting;
    const bool opposite = a.sign() != b_sign;
    bool sign = a.sign();
    int exponent = a.exponent();
    int distance = exponent - b.exponent();
    std::uint64_t larger = a.significand;
    std::uint64_t smaller = b.significand;
    if (distance < 0 || (distance == 0 && larger < smaller)) {
        larger = b.significand;
        smaller = a.significand;
        exponent = b.exponent();
        distance = -distance;
        sign = b_sign;
    }
    if (distance >= 64) [[unlikely]] {
        return {};
    }
    std::uint64_t high = smaller >> distance;
    std::uint64_t low = smaller << 1 << (63 - distance);
    if (opposite) {
        const Uint128 difference = wide(larger) - wide(high, low);
        high = high_half(difference);
        low = low_half(difference);
        if (high == 0) [[unlikely]] {
            return {};
        }
        if ((high >> 63) == 0) {
            const int lost = std::countl_zero(high);
            high = (high << lost) | (low >> 1 >> (63 - lost));
            low <<= lost;
            exponent -= lost;
        }
    } else {
        high += larger;
        if (high < larger) {
            // Bit 0 is clear: an addend that was shifted by 63 ends in bit 1.
            low = (low >> 1) | (high << 63);
            high = (high >> 1) | Float80::integer_bit;
            ++exponent;
        }
    }
    return quick::rounded<precision>(sign, exponent, high, low);
}

template <unsigned precision>
[[gnu::always_inline, nodiscard]] inline Quick quick_multiply(Float80 a, Float80 b) {
    const Uint128 product = Uint128{a.significand} * b.significand;
    std::uint64_t high = high_half(product);
    std::uint64_t low = low_half(product);
    int exponent = a.exponent() + b.exponent() - Float80::bias + 1;
    if ((high >> 63) == 0) {
        high = (high << 1) | (low >> 63);
        low <<= 1;
        --exponent;
    }
    return quick::rounded<precision>(a.sign() != b.sign(), exponent, high, low);
}

/// a / b.
template <unsigned precision>
[[gnu::always_inline, nodiscard]] inline Quick quick_divide(Float80 a, Float80 b) {
    int exponent = a.exponent() - b.exponent() + Float80::bias;
    Uint128 dividend = wide(a.significand);
    if (a.significand < b.significand) {
        --exponent;
    } else {
        dividend >>= 1;
    }
    const auto quotient = static_cast<std::uint64_t>(dividend / b.significand);
    const auto rest = static_cast<std::uint64_t>(dividend - Uint128{quotient} * b.significand);
    // What the rest says about the bits behind the quotient: the first of them, and whether others
    // follow.
    const bool half = rest >= b.significand - rest;
    const bool more = rest != 0 && rest != b.significand - rest;
    return quick::rounded<precision>(a.sign() != b.sign(), exponent, quotient,
                                     (half ? Float80::integer_bit : 0U) | (more ? 1U : 0U));
}

/// The square root of a positive number.
template <unsigned precision>
[[nodiscard]] inline Quick quick_square_root(Float80 a) {
    if (a.sign()) [[unlikely]] {
        return {};
    }
    // With an even exponent the root of significand * 2^63 has 64 bits, with an odd one that of
    // twice as much.
    const int unbiased = a.exponent() - Float80::bias;
    const int odd = unbiased & 1;
    const Uint128 square = Uint128{a.significand} << (63 + odd);
    const double half = static_cast<double>(static_cast<std::int64_t>(a.significand >> 1));
    const double estimate = std::sqrt(half * (odd != 0 ? 0x1p65 : 0x1p64));
    auto root = estimate < 0x1p64 ? static_cast<std::uint64_t>(estimate) : ~std::uint64_t{0};
    // The estimate is off by some thousands; one step of Newton's brings it to the last bit.
    auto rest = static_cast<Int128>(square - Uint128{root} * root);
    root += static_cast<std::uint64_t>(
        static_cast<std::int64_t>(static_cast<double>(static_cast<std::int64_t>(rest >> 13)) *
                                  0x1p12 / static_cast<double>(root)));
    rest = static_cast<Int128>(square - Uint128{root} * root);
    while (rest < 0) {
        --root;
        rest += 2 * static_cast<Int128>(root) + 1;
    }
    while (rest > 2 * static_cast<Int128>(root)) {
        rest -= 2 * static_cast<Int128>(root) + 1;
        ++root;
    }
    // Above the middle to the next one, never on it.
    const bool half_way = rest > static_cast<Int128>(root);
    return quick::rounded<precision>(
        false, (unbiased - odd) / 2 + Float80::bias, root,
        (half_way ? Float80::integer_bit : 0U) | std::uint64_t{rest != 0});
}

/// A normal single or double.
[[gnu::always_inline, nodiscard]] inline Quick quick_load(std::uint64_t bits) {
    const auto exponent = static_cast<unsigned>(bits >> 52) & 0x7FFU;
    return {{Float80::integer_bit | (bits << 12 >> 1),
             static_cast<std::uint16_t>((exponent + (Float80::bias - 1023U)) |
                                        (static_cast<unsigned>(bits >> 63) << 15))},
            0,
            exponent - 1U < 0x7FEU};
}
[[gnu::always_inline, nodiscard]] inline Quick quick_load(std::uint32_t bits) {
    const unsigned exponent = (bits >> 23) & 0xFFU;
    return {{Float80::integer_bit | (std::uint64_t{bits} << 41 >> 1),
             static_cast<std::uint16_t>((exponent + (Float80::bias - 127U)) | (bits >> 31 << 15))},
            0,
            exponent - 1U < 0xFEU};
}

/// A value in a memory format.
template <typename Bits>
struct QuickStored {
    Bits bits{};
    std::uint16_t raised = 0;
    bool done = false;
};

/// To a single (uint32_t) or double (uint64_t), from a normal number to one.
template <typename Bits>
[[gnu::always_inline, nodiscard]] inline QuickStored<Bits> quick_store(Float80 value) {
    constexpr bool is_double = sizeof(Bits) == 8;
    constexpr unsigned precision = is_double ? 53 : 24;
    constexpr unsigned largest = is_double ? 0x7FF : 0xFF;
    constexpr int rebias = Float80::bias - static_cast<int>(largest / 2);
    if ((value.significand | value.exponent()) == 0) {
        return {static_cast<Bits>(Bits{value.sign()} << (sizeof(Bits) * 8 - 1)), 0, true};
    }
    if (!quick_normal(value)) [[unlikely]] {
        return {};
    }
    const Quick q = quick::rounded<precision>(value.sign(), value.exponent(), value.significand, 0);
    const int exponent = q.value.exponent() - rebias;
    const bool in_range = value.exponent() - rebias >= 1 && exponent < static_cast<int>(largest);
    const auto fraction = static_cast<Bits>(q.value.significand << 1 >> (65 - precision));
    const auto sign = static_cast<Bits>(Bits{value.sign()} << (sizeof(Bits) * 8 - 1));
    return {static_cast<Bits>(sign | (static_cast<Bits>(exponent) << (precision - 1)) | fraction),
            q.raised, q.done && in_range};
}

}  // namespace ringside::cpu::fpu
