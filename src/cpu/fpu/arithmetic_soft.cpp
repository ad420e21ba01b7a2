// SPDX-License-Identifier: MIT
#include "cpu/fpu/arithmetic.hpp"
#include "cpu/fpu/exact.hpp"
#include "cpu/fpu/operand.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Adds what was found before the result to what rounding found.
Result with_status(Result r, std::uint16_t before) {
    r.status |= before;
    return r;
}

/// Adds `before` to the rounded result, unless an exception of it is unmasked: then there is none.
Result finish(const Exact& exact, std::uint16_t before, Control control) {
    if (control.unmasked(before) != 0) {
        return {{}, before};
    }
    return with_status(round_to_register(exact, control, control.precision()), before);
}

Result add_signed(Source a, Source b, bool subtracting, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const Float80 addend = subtracting ? b.value.negated() : b.value;
    const std::uint16_t before = denormal_status(a, b);
    const bool a_infinite = a.value.kind() == Kind::infinity;
    const bool b_infinite = addend.kind() == Kind::infinity;
    if (a_infinite && b_infinite && a.value.sign() != addend.sign()) {
        return invalid_result();
    }
    if (a_infinite || b_infinite) {
        return {a_infinite ? a.value : addend, before};
    }
    const bool a_zero = a.value.kind() == Kind::zero;
    const bool b_zero = addend.kind() == Kind::zero;
    const bool down = control.rounding() == Rounding::down;
    if (a_zero && b_zero) {
        return {zero(a.value.sign() == addend.sign() ? a.value.sign() : down), before};
    }
    if (a_zero || b_zero) {
        return finish(exact_of(a_zero ? addend : a.value), before, control);
    }
    const Exact sum = sum_of(exact_of(a.value), exact_of(addend));
    if (sum.significand == 0) {
        return {zero(down), before};
    }
    return finish(sum, before, control);
}

Result add(Source a, Source b, Control control) {
    return add_signed(a, b, false, control);
}

Result subtract(Source a, Source b, Control control) {
    return add_signed(a, b, true, control);
}

Result multiply(Source a, Source b, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const bool negative = a.value.sign() != b.value.sign();
    const bool infinite = a.value.kind() == Kind::infinity || b.value.kind() == Kind::infinity;
    const bool nothing = a.value.kind() == Kind::zero || b.value.kind() == Kind::zero;
    if (infinite && nothing) {
        return invalid_result();
    }
    const std::uint16_t before = denormal_status(a, b);
    if (infinite || nothing) {
        return {infinite ? infinity(negative) : zero(negative), before};
    }
    return finish(product_of(exact_of(a.value), exact_of(b.value)), before, control);
}

Result divide(Source a, Source b, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const bool negative = a.value.sign() != b.value.sign();
    const Kind dividend = a.value.kind();
    const Kind divisor = b.value.kind();
    if ((dividend == Kind::infinity && divisor == Kind::infinity) ||
        (dividend == Kind::zero && divisor == Kind::zero)) {
        return invalid_result();
    }
    const std::uint16_t before = denormal_status(a, b);
    if (dividend == Kind::infinity) {
        return {infinity(negative), before};
    }
    if (divisor == Kind::zero) {
        // ZE goes before DE.
        return {infinity(negative), status::zero_divide};
    }
    if (dividend == Kind::zero || divisor == Kind::infinity) {
        return {zero(negative), before};
    }
    return finish(quotient_of(exact_of(a.value), exact_of(b.value)), before, control);
}

Result square_root(Source a, Control control) {
    if (const auto invalid = invalid_operand(a.value)) {
        return *invalid;
    }
    const Kind kind = a.value.kind();
    if (kind == Kind::zero) {
        return {a.value, 0};
    }
    if (a.value.sign()) {
        return invalid_result();
    }
    if (kind == Kind::infinity) {
        return {a.value, 0};
    }
    return finish(root_of(exact_of(a.value)), denormal_status(a), control);
}

constexpr Arithmetic soft{"soft", &add, &subtract, &multiply, &divide, &square_root};

}  // namespace

const Arithmetic& soft_arithmetic() {
    return soft;
}

}  // namespace ringside::cpu::fpu
