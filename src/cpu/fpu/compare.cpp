// SPDX-License-Identifier: MIT
#include "cpu/fpu/compare.hpp"

#include "cpu/fpu/operand.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

Order magnitudes(Float80 a, Float80 b) {
    if (a.kind() == Kind::zero || b.kind() == Kind::zero) {
        return a.kind() == b.kind()     ? Order::equal
               : a.kind() == Kind::zero ? Order::less
                                        : Order::greater;
    }
    // Infinities compare by their exponent.
    const Exact x = exact_of(a);
    const Exact y = exact_of(b);
    if (x.exponent != y.exponent) {
        return x.exponent < y.exponent ? Order::less : Order::greater;
    }
    if (x.significand != y.significand) {
        return x.significand < y.significand ? Order::less : Order::greater;
    }
    return Order::equal;
}

Order reversed(Order order) {
    switch (order) {
        case Order::less: return Order::greater;
        case Order::greater: return Order::less;
        case Order::equal:
        case Order::unordered: break;
    }
    return order;
}

}  // namespace

Comparison compare(Source a, Source b, QuietNan quiet) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return {Order::unordered, quiet == QuietNan::invalid ? status::invalid : invalid->status};
    }
    const std::uint16_t found = denormal_status(a, b);
    const bool both_zero = a.value.kind() == Kind::zero && b.value.kind() == Kind::zero;
    if (a.value.sign() != b.value.sign() && !both_zero) {
        return {a.value.sign() ? Order::less : Order::greater, found};
    }
    const Order order = magnitudes(a.value, b.value);
    return {a.value.sign() ? reversed(order) : order, found};
}

std::uint16_t condition_codes(Order order) {
    switch (order) {
        case Order::greater: return 0;
        case Order::less: return status::c0;
        case Order::equal: return status::c3;
        case Order::unordered: break;
    }
    return status::c3 | status::c2 | status::c0;
}

std::uint16_t examine(Float80 value) {
    const std::uint16_t sign = value.sign() ? status::c1 : std::uint16_t{0};
    std::uint16_t kind = 0;
    switch (value.kind()) {
        case Kind::unsupported: kind = 0; break;
        case Kind::quiet_nan:
        case Kind::signalling_nan: kind = status::c0; break;
        case Kind::normal: kind = status::c2; break;
        case Kind::infinity: kind = status::c2 | status::c0; break;
        case Kind::zero: kind = status::c3; break;
        case Kind::denormal: kind = status::c3 | status::c2; break;
    }
    return static_cast<std::uint16_t>(kind | sign);
}

}  // namespace ringside::cpu::fpu
