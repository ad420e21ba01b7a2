// SPDX-License-Identifier: MIT
#include <array>
#include <optional>

#include "cpu/fpu/elementary.hpp"
#include "cpu/fpu/form.hpp"
#include "cpu/fpu/operand.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Precision control has no say here: SDM vol. 1, 8.1.5.2.
Result rounded(const Exact& exact, std::uint16_t before, Control control) {
    if (control.unmasked(before) != 0) {
        return {{}, before};
    }
    Result r = round_to_register(exact, control, 64);
    r.status |= before;
    return r;
}

void clear_c2(State& state) {
    state.status = static_cast<std::uint16_t>(state.status & ~unsigned{status::c2});
}

/// Of FSIN, FCOS, FSINCOS and FPTAN: true when there is nothing left to compute.
bool out_of_range(Unit& unit) {
    constexpr unsigned limit = Float80::bias + 63;
    const Float80 x = unit.state.st(0);
    if (x.kind() != Kind::normal || x.exponent() < limit) {
        clear_c2(unit.state);
        return false;
    }
    unit.report(0);
    unit.state.status |= status::c2;
    return true;
}

/// The answer for operands that have no sine: NaNs, infinities, unsupported encodings.
std::optional<Result> without_angle(Float80 x) {
    if (const auto invalid = invalid_operand(x)) {
        return invalid;
    }
    if (x.kind() == Kind::infinity) {
        return invalid_result();
    }
    return std::nullopt;
}

enum class Part : std::uint8_t { sine, cosine };

Result part_of(Float80 x, Part part, Control control) {
    if (x.kind() == Kind::zero) {
        return {part == Part::sine ? x : one, 0};
    }
    const SineCosine both = sine_cosine(exact_of(x));
    return rounded(part == Part::sine ? both.sine : both.cosine, denormal_status({x}), control);
}

template <Part part>
void sine_or_cosine(Unit& unit, Transfer&) {
    State& state = unit.state;
    if (state.empty(0)) {
        clear_c2(state);
        if (unit.underflow()) {
            state.set(0, indefinite);
        }
        return;
    }
    if (out_of_range(unit)) {
        return;
    }
    const auto special = without_angle(state.st(0));
    const Result r = special ? *special : part_of(state.st(0), part, state.control);
    if (unit.report(r.status)) {
        state.set(0, r.value);
    }
}

/// FSINCOS and FPTAN leave one result in place of their operand and push another.
struct Pair {
    Result below;
    Result above;
};

Pair sine_and_cosine(Float80 x, Control control) {
    if (const auto special = without_angle(x)) {
        return {*special, *special};
    }
    return {part_of(x, Part::sine, control), part_of(x, Part::cosine, control)};
}

Pair tangent_and_one(Float80 x, Control control) {
    if (const auto special = without_angle(x)) {
        return {*special, *special};
    }
    if (x.kind() == Kind::zero) {
        return {{x, 0}, {one, 0}};
    }
    return {rounded(tangent(exact_of(x)), denormal_status({x}), control), {one, 0}};
}

template <auto compute>
void replace_and_push(Unit& unit, Transfer&) {
    State& state = unit.state;
    const bool missing = state.empty(0);
    if (missing || unit.push_overflows()) {
        clear_c2(state);
        if (missing ? unit.underflow() : unit.overflow()) {
            state.set(0, indefinite);
            unit.push(indefinite);
        }
        return;
    }
    if (out_of_range(unit)) {
        return;
    }
    const Pair pair = compute(state.st(0), state.control);
    if (unit.report(static_cast<std::uint16_t>(pair.below.status | pair.above.status))) {
        state.set(0, pair.below.value);
        unit.push(pair.above.value);
    }
}

/// Angles of points on the axes and at infinity: quarters of pi.
Result angle_of_quarters(int quarters, bool negative, std::uint16_t before, Control control) {
    if (quarters == 0) {
        return {zero(negative), before};
    }
    Exact angle = multiply(pi(), from_whole(quarters));
    angle.exponent -= 2;
    angle.negative = negative;
    return rounded(with_sticky(angle), before, control);
}

Result arctangent_of(Float80 y, Float80 x, Control control) {
    if (const auto invalid = invalid_operands(y, x)) {
        return *invalid;
    }
    const std::uint16_t before = denormal_status({y}, {x});
    const bool y_infinite = y.kind() == Kind::infinity;
    const bool x_infinite = x.kind() == Kind::infinity;
    if (y_infinite) {
        const int quarters = !x_infinite ? 2 : x.sign() ? 3 : 1;
        return angle_of_quarters(quarters, y.sign(), before, control);
    }
    if (y.kind() == Kind::zero || x_infinite) {
        return angle_of_quarters(x.sign() ? 4 : 0, y.sign(), before, control);
    }
    if (x.kind() == Kind::zero) {
        return angle_of_quarters(2, y.sign(), before, control);
    }
    return rounded(arctangent(exact_of(y), exact_of(x)), before, control);
}

// y * log2, by rules that FYL2X and FYL2XP1 share.

Result times_infinite_logarithm(Float80 y, std::uint16_t before) {
    if (y.kind() == Kind::zero) {
        return invalid_result();
    }
    return {infinity(y.sign()), before};
}

Result times_logarithm(Float80 y, const Exact& log, std::uint16_t before, Control control) {
    const bool negative = y.sign() != log.negative;
    if (y.kind() == Kind::infinity) {
        return log.significand == 0 ? invalid_result() : Result{infinity(negative), before};
    }
    if (y.kind() == Kind::zero || log.significand == 0) {
        return {zero(negative), before};
    }
    const Exact product = multiply(exact_of(y), log);
    if ((log.significand & 1U) != 0) {
        return rounded(with_sticky(product), before, control);
    }
    // Processors report even an exact product as inexact.
    Result r = rounded(product, before, control);
    if (control.unmasked(before) == 0) {
        const bool tiny = r.value.kind() == Kind::denormal;
        r.status |= status::inexact | (tiny ? status::underflow : 0U);
    }
    return r;
}

Result y_log2_x(Float80 y, Float80 x, Control control) {
    if (const auto invalid = invalid_operands(y, x)) {
        return *invalid;
    }
    const std::uint16_t before = denormal_status({y}, {x});
    if (x.kind() == Kind::zero) {
        if (y.kind() == Kind::zero) {
            return invalid_result();
        }
        const auto divide_by_zero = y.kind() == Kind::infinity ? before : status::zero_divide;
        return {infinity(!y.sign()), divide_by_zero};
    }
    if (x.sign()) {
        return invalid_result();
    }
    if (x.kind() == Kind::infinity) {
        return times_infinite_logarithm(y, before);
    }
    return times_logarithm(y, logarithm(exact_of(x)), before, control);
}

Result y_log2_x_plus_1(Float80 y, Float80 x, Control control) {
    if (const auto invalid = invalid_operands(y, x)) {
        return *invalid;
    }
    const std::uint16_t before = denormal_status({y}, {x});
    if (x.kind() == Kind::zero) {
        if (y.kind() == Kind::infinity) {
            return invalid_result();
        }
        return {zero(x.sign() != y.sign()), before};
    }
    if (x.kind() == Kind::infinity) {
        return x.sign() ? invalid_result() : times_infinite_logarithm(y, before);
    }
    const bool below_range = x.sign() && x.exponent() >= Float80::bias;
    if (below_range && y.kind() != Kind::infinity && y.kind() != Kind::zero) {
        // Beyond the range that the manual gives; processors return the operand.
        const bool complete = control.unmasked(before) == 0;
        return {x, static_cast<std::uint16_t>(before | (complete ? status::inexact : 0U))};
    }
    const Exact x_exact = exact_of(x);
    return times_logarithm(y, below_range ? x_exact : logarithm_of_1_plus(x_exact), before,
                           control);
}

template <auto compute>
void combine_and_pop(Unit& unit, Transfer&) {
    State& state = unit.state;
    if (state.empty(0) || state.empty(1)) {
        if (unit.underflow()) {
            state.set(1, indefinite);
            state.pop();
        }
        return;
    }
    const Result r = compute(state.st(1), state.st(0), state.control);
    if (unit.report(r.status)) {
        state.set(1, r.value);
        state.pop();
    }
}

/// Beyond -1 to 1 the manual leaves the result open; this gives the operand back.
Result power_minus_1(Float80 x, Control control) {
    if (const auto invalid = invalid_operand(x)) {
        return *invalid;
    }
    if (x.kind() == Kind::zero) {
        return {x, 0};
    }
    if (x.kind() == Kind::infinity) {
        return {x.sign() ? one.negated() : x, 0};
    }
    if (x.exponent() >= Float80::bias) {
        // Exact at 1 and -1, and reported as inexact all the same.
        const bool minus_one = x == one.negated();
        return {minus_one ? make_float80(true, Float80::bias - 1, Float80::integer_bit) : x,
                status::inexact};
    }
    return rounded(power_of_two_minus_1(exact_of(x)), denormal_status({x}), control);
}

void power_of_top(Unit& unit, Transfer&) {
    State& state = unit.state;
    if (state.empty(0)) {
        if (unit.underflow()) {
            state.set(0, indefinite);
        }
        return;
    }
    const Result r = power_minus_1(state.st(0), state.control);
    if (unit.report(r.status)) {
        state.set(0, r.value);
    }
}

constexpr auto none = Operand::none;

constexpr std::array table{
    register_form(0xD9, 0xF0, power_of_top, none),
    register_form(0xD9, 0xF1, combine_and_pop<&y_log2_x>, none),
    register_form(0xD9, 0xF2, replace_and_push<&tangent_and_one>, none),
    register_form(0xD9, 0xF3, combine_and_pop<&arctangent_of>, none),
    register_form(0xD9, 0xF9, combine_and_pop<&y_log2_x_plus_1>, none),
    register_form(0xD9, 0xFB, replace_and_push<&sine_and_cosine>, none),
    register_form(0xD9, 0xFE, sine_or_cosine<Part::sine>, none),
    register_form(0xD9, 0xFF, sine_or_cosine<Part::cosine>, none),
};

}  // namespace

std::span<const Form> elementary_forms() {
    return table;
}

}  // namespace ringside::cpu::fpu
