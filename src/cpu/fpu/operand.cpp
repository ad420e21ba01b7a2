// SPDX-License-Identifier: MIT
#include "cpu/fpu/operand.hpp"

namespace ringside::cpu::fpu {
namespace {

Float80 quieted(Float80 nan) {
    return {nan.significand | Float80::quiet_bit, nan.sign_exponent};
}

/// Of two NaNs the one with the larger significand, before either is quieted; of equal ones the
/// positive one.
Float80 larger_nan(Float80 a, Float80 b) {
    if (a.significand != b.significand) {
        return a.significand > b.significand ? a : b;
    }
    return a.sign() ? b : a;
}

}  // namespace

std::optional<Result> invalid_operand(Float80 a) {
    switch (a.kind()) {
        case Kind::unsupported: return invalid_result();
        case Kind::quiet_nan: return Result{a, 0};
        case Kind::signalling_nan: return Result{quieted(a), status::invalid};
        case Kind::zero:
        case Kind::denormal:
        case Kind::normal:
        case Kind::infinity: break;
    }
    return std::nullopt;
}

std::optional<Result> invalid_operands(Float80 a, Float80 b) {
    const Kind first = a.kind();
    const Kind second = b.kind();
    if (first == Kind::unsupported || second == Kind::unsupported) {
        return invalid_result();
    }
    if (!a.is_nan()) {
        return invalid_operand(b);
    }
    if (!b.is_nan()) {
        return invalid_operand(a);
    }
    const bool signalling = first == Kind::signalling_nan || second == Kind::signalling_nan;
    // A quiet NaN wins over a signalling one.
    const Float80 chosen = first == second ? larger_nan(a, b) : first == Kind::quiet_nan ? a : b;
    return Result{quieted(chosen), signalling ? status::invalid : std::uint16_t{0}};
}

std::uint16_t denormal_status(Source a) {
    return a.was_denormal || a.value.kind() == Kind::denormal ? status::denormal : std::uint16_t{0};
}

std::uint16_t denormal_status(Source a, Source b) {
    return static_cast<std::uint16_t>(denormal_status(a) | denormal_status(b));
}

}  // namespace ringside::cpu::fpu
