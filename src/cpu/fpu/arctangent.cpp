// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/fpu/elementary.hpp"

namespace ringside::cpu::fpu {
namespace {

constexpr unsigned steps = 32;

/// atan(k / 32) for k = 1 to 32, as fractions of 2^128.
// clang-format off
constexpr std::array<Uint128, steps> angles{
    wide(0x07FF556EEA5D892A, 0x13BCEBBB6ED46310),
    wide(0x0FFAADDB967EF4E3, 0x6CB2792DC0E2E0D5),
    wide(0x17EE182602F10E8C, 0x126ACFCF099F06CE),
    wide(0x1FD5BA9AAC2F6DC6, 0x5912F313E7D111DE),
    wide(0x27ADDDD18CC4D8B0, 0xD1D8674940D83FA1),
    wide(0x2F72F6979CB6044D, 0x1EC2D3E207271D21),
    wide(0x3721AEA524C14408, 0xBD88697072D54BC0),
    wide(0x3EB6EBF25901BAC5, 0x5B71E7BD7DE885F9),
    wide(0x462FD68C2FC5E098, 0x6523A458DFC414C6),
    wide(0x4D89DCDC1FAF2F34, 0xE2D5DA4C693D7994),
    wide(0x54C2B6654735276D, 0x4CDBFBBDFBECF460),
    wide(0x5BD86507937BC239, 0xC55190916E7F2241),
    wide(0x62C934E5286C95B6, 0xD0BA3748FA85146E),
    wide(0x6993BB0F308FF2DB, 0x213E4AF4800F389B),
    wide(0x7036D3253B27BE33, 0xE318F6CB3CC65C01),
    wide(0x76B19C1586ED3DA2, 0xB7F222F65E1D4681),
    wide(0x7D03742D50505F2E, 0x33691E3EAEE47661),
    wide(0x832BF4A6D9867E2A, 0x4B6A09CB61A515C0),
    wide(0x892AECDFDE9547B5, 0x094478FC472B4AFB),
    wide(0x8F005D5EF7F59F9B, 0x5C835E1665C43747),
    wide(0x94AC72C9847186F6, 0x18C4F393F78A32F8),
    wide(0x9A2F80E671BDDA20, 0x4226F8E2204FF3BC),
    wide(0x9F89FDC4F4B7A1EC, 0xF8B492644F0701DF),
    wide(0xA4BC7D1934F70924, 0x19A87F2A457DAC9E),
    wide(0xA9C7ABDC4830F5C8, 0x916A84B5BE7933F5),
    wide(0xAEAC4C38B4D8C080, 0x14725E2F3E52070A),
    wide(0xB36B31C91F043691, 0x590141744462F939),
    wide(0xB8053E2BC2319E73, 0xCB2DA55210A4443D),
    wide(0xBC7B5DEAE98AF280, 0xD4113006E80FB290),
    wide(0xC0CE85B8AC526640, 0x89DD62C46E92FA24),
    wide(0xC4FFAFFABF8FBD54, 0x8CB43D10BC9E0221),
    wide(0xC90FDAA22168C234, 0xC4C6628B80DC1CD1),
};
// clang-format on

/// t - t^3/3 + t^5/5 - ... for |t| < 1/32; rounds as what lies below.
Exact series(const Exact& t) {
    const Uint128 square = to_fraction(multiply(t, t));
    Uint128 power = square;
    Uint128 less = 0;  // 1 - series / t
    for (unsigned n = 3; power != 0; n += 2) {
        less = (n & 2U) != 0 ? less + power / n : less - power / n;
        power = multiply_high(power, square);
    }
    return with_sticky(multiply(t, from_fraction(-(less == 0 ? Uint128{1} : less))));
}

/// atan(q) for 0 < q <= 1.
Exact of_ratio(const Exact& q) {
    const Exact scaled{false, q.exponent + 5, q.significand};
    // The nearest k / 32.
    const Uint128 half_units =
        scaled.exponent < -1 ? 0 : scaled.significand >> (126 - scaled.exponent);
    const auto k = static_cast<unsigned>((low_half(half_units) + 1) / 2);
    if (k == 0) {
        return series(q);
    }
    Exact knot = from_whole(static_cast<int>(k));
    knot.exponent -= 5;
    const Exact angle = from_fraction(angles[k - 1]);
    const Exact above = add(q, negated(knot));
    if (above.significand == 0) {
        return with_sticky(angle);
    }
    const Exact rest = divide(above, add(from_whole(1), multiply(q, knot)));
    return with_sticky(add(angle, series(rest)));
}

bool magnitude_above(const Exact& a, const Exact& b) {
    return a.exponent != b.exponent ? a.exponent > b.exponent : a.significand > b.significand;
}

}  // namespace

Exact pi() {
    return {false, 1, wide(0xC90FDAA22168C234, 0xC4C6628B80DC1CD1)};
}

Exact arctangent(const Exact& y, const Exact& x) {
    const Exact rise{false, y.exponent, y.significand};
    const Exact run{false, x.exponent, x.significand};
    Exact angle;
    if (magnitude_above(rise, run)) {
        const Exact quarter{false, 0, pi().significand};
        const Exact rest = of_ratio(divide(run, rise));
        angle = add(quarter, x.negative ? rest : negated(rest));
    } else {
        angle = of_ratio(divide(rise, run));
        if (x.negative) {
            angle = add(pi(), negated(angle));
        }
    }
    angle.negative = y.negative;
    return with_sticky(angle);
}

}  // namespace ringside::cpu::fpu
