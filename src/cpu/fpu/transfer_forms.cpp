// SPDX-License-Identifier: MIT
#include <array>
#include <utility>

#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/form.hpp"
#include "cpu/fpu/operand_load.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Pushes a value unless the stack is full or an exception forbids it.
void load_result(Unit& unit, Result r) {
    if (unit.push_overflows()) {
        if (unit.overflow()) {
            unit.push(indefinite);
        }
    } else if (unit.report(r.status) || (r.status & status::invalid) == 0) {
        // DE does not keep FLD from its push, even unmasked.
        unit.push(r.value);
    }
}

template <auto source>
void load_real(Unit& unit, Transfer& x) {
    load_result(unit, loaded(source(x)));
}

// No exception but that of the stack: FLD m80 is how a program looks at any bits.
void load_real80(Unit& unit, Transfer& x) {
    load_result(unit, {{x.low, x.high}, 0});
}

template <typename Integer>
void load_integer(Unit& unit, Transfer& x) {
    load_result(unit, {from_integer(static_cast<Integer>(x.low)), 0});
}

void load_decimal(Unit& unit, Transfer& x) {
    load_result(unit, {from_decimal({x.low, x.high}), 0});
}

void load_register(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(x.index);
    if (missing || unit.push_overflows()) {
        if (missing ? unit.underflow() : unit.overflow()) {
            unit.push(indefinite);
        }
        return;
    }
    unit.report(0);
    unit.push(unit.state.st(x.index));
}

/// One of the constants of FLDPI and its like, to 80 bits, of which 64 survive.
struct Constant {
    unsigned exponent;
    std::uint64_t significand;
    bool above_half;  ///< what follows is more than half a unit
};

template <Constant constant>
void load_constant(Unit& unit, Transfer&) {
    const Rounding mode = unit.state.control.rounding();
    const bool away = mode == Rounding::up || (mode == Rounding::nearest && constant.above_half);
    load_result(
        unit, {make_float80(false, constant.exponent, constant.significand + (away ? 1U : 0U)), 0});
}

template <Float80 value>
void load_exact(Unit& unit, Transfer&) {
    load_result(unit, {value, 0});
}

enum class Pop : std::uint8_t { no, yes };

/// Writes a converted value unless an exception forbids it; to memory, unlike a register, OE and
/// UE forbid it too.
template <Pop pop>
void store_bits(Unit& unit, Transfer& x, std::uint64_t low, std::uint16_t high,
                std::uint16_t raised) {
    constexpr std::uint16_t forbidding = status::exceptions & ~unsigned{status::inexact};
    constexpr std::uint16_t forbidding_or_stack = forbidding | status::stack_fault;
    const bool forbidden = unit.state.control.unmasked(raised & forbidding) != 0;
    if (forbidden) {
        // Inexactness and its direction belong to a result that is there.
        unit.report(raised & forbidding_or_stack);
        return;
    }
    unit.report(raised);
    x.low = low;
    x.high = high;
    x.writes = true;
    if constexpr (pop == Pop::yes) {
        unit.state.pop();
    }
}

constexpr std::uint16_t stack_underflow = status::invalid | status::stack_fault;

template <auto convert, Pop pop>
void store_real(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(0);
    const auto r = convert(missing ? indefinite : unit.state.st(0), unit.state.control);
    store_bits<pop>(unit, x, r.bits, 0, missing ? stack_underflow : r.status);
}

void store_real80(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(0);
    const Float80 value = missing ? indefinite : unit.state.st(0);
    store_bits<Pop::yes>(unit, x, value.significand, value.sign_exponent,
                         missing ? stack_underflow : std::uint16_t{0});
}

template <unsigned width, bool truncates, Pop pop>
void store_integer(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(0);
    const Rounding mode = truncates ? Rounding::to_zero : unit.state.control.rounding();
    const auto r = to_integer(missing ? indefinite : unit.state.st(0), width, mode);
    store_bits<pop>(unit, x, r.bits, 0, missing ? stack_underflow : r.status);
}

void store_decimal(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(0);
    const auto r =
        to_decimal(missing ? indefinite : unit.state.st(0), unit.state.control.rounding());
    store_bits<Pop::yes>(unit, x, r.bits.digits, r.bits.sign_upper,
                         missing ? stack_underflow : r.status);
}

template <Pop pop>
void store_register(Unit& unit, Transfer& x) {
    const bool missing = unit.state.empty(0);
    if (missing ? !unit.underflow() : !unit.report(0)) {
        return;
    }
    unit.state.set(x.index, missing ? indefinite : unit.state.st(0));
    if constexpr (pop == Pop::yes) {
        unit.state.pop();
    }
}

/// FSTPNCE raises nothing; an empty register it just drops.
void store_unchecked(Unit& unit, Transfer& x) {
    unit.report(0);
    if (!unit.state.empty(0)) {
        unit.state.set(x.index, unit.state.st(0));
    }
    unit.state.pop();
}

void exchange(Unit& unit, Transfer& x) {
    State& state = unit.state;
    if (state.empty(0) || state.empty(x.index)) {
        if (!unit.underflow()) {
            return;
        }
        for (const unsigned i : {0U, x.index}) {
            if (state.empty(i)) {
                state.set(i, indefinite);
            }
        }
    } else {
        unit.report(0);
    }
    std::swap(state.st(0), state.st(x.index));
}

/// FCMOVcc: moves when one of the flags in `mask` is set, or, negated, when none is.
template <std::uint32_t mask, bool negated>
void move_if(Unit& unit, Transfer& x) {
    if (unit.state.empty(0) || unit.state.empty(x.index)) {
        if (unit.underflow()) {
            unit.state.set(0, indefinite);
        }
        return;
    }
    if (((x.flags & mask) != 0) != negated) {
        unit.state.set(0, unit.state.st(x.index));
    }
}

constexpr std::uint32_t carry = 1U << 0;
constexpr std::uint32_t parity = 1U << 2;
constexpr std::uint32_t zero_flag = 1U << 6;

constexpr auto load = Direction::load;
constexpr auto store = Direction::store;
constexpr auto none = Operand::none;

constexpr std::array table{
    memory_form(0xD9, 0, load_real<&source_real32>, Operand::real32, load),
    memory_form(0xDD, 0, load_real<&source_real64>, Operand::real64, load),
    memory_form(0xDB, 5, load_real80, Operand::real80, load),
    memory_form(0xDF, 0, load_integer<std::int16_t>, Operand::integer16, load),
    memory_form(0xDB, 0, load_integer<std::int32_t>, Operand::integer32, load),
    memory_form(0xDF, 5, load_integer<std::int64_t>, Operand::integer64, load),
    memory_form(0xDF, 4, load_decimal, Operand::decimal80, load),
    register_form(0xD9, 0xC0, load_register),
    memory_form(0xD9, 2, store_real<&to_single, Pop::no>, Operand::real32, store),
    memory_form(0xD9, 3, store_real<&to_single, Pop::yes>, Operand::real32, store),
    memory_form(0xDD, 2, store_real<&to_double, Pop::no>, Operand::real64, store),
    memory_form(0xDD, 3, store_real<&to_double, Pop::yes>, Operand::real64, store),
    memory_form(0xDB, 7, store_real80, Operand::real80, store),
    memory_form(0xDF, 2, store_integer<16, false, Pop::no>, Operand::integer16, store),
    memory_form(0xDF, 3, store_integer<16, false, Pop::yes>, Operand::integer16, store),
    memory_form(0xDB, 2, store_integer<32, false, Pop::no>, Operand::integer32, store),
    memory_form(0xDB, 3, store_integer<32, false, Pop::yes>, Operand::integer32, store),
    memory_form(0xDF, 7, store_integer<64, false, Pop::yes>, Operand::integer64, store),
    // FISTTP, of SSE3.
    memory_form(0xDF, 1, store_integer<16, true, Pop::yes>, Operand::integer16, store),
    memory_form(0xDB, 1, store_integer<32, true, Pop::yes>, Operand::integer32, store),
    memory_form(0xDD, 1, store_integer<64, true, Pop::yes>, Operand::integer64, store),
    memory_form(0xDF, 6, store_decimal, Operand::decimal80, store),
    register_form(0xDD, 0xD0, store_register<Pop::no>),
    register_form(0xDD, 0xD8, store_register<Pop::yes>),
    // Aliases that no manual of the P6 lists, and every part has.
    register_form(0xD9, 0xD8, store_unchecked),
    register_form(0xDF, 0xD0, store_register<Pop::yes>),
    register_form(0xDF, 0xD8, store_register<Pop::yes>),
    register_form(0xD9, 0xC8, exchange),
    register_form(0xDD, 0xC8, exchange),
    register_form(0xDF, 0xC8, exchange),
    register_form(0xDA, 0xC0, move_if<carry, false>),
    register_form(0xDA, 0xC8, move_if<zero_flag, false>),
    register_form(0xDA, 0xD0, move_if<carry | zero_flag, false>),
    register_form(0xDA, 0xD8, move_if<parity, false>),
    register_form(0xDB, 0xC0, move_if<carry, true>),
    register_form(0xDB, 0xC8, move_if<zero_flag, true>),
    register_form(0xDB, 0xD0, move_if<carry | zero_flag, true>),
    register_form(0xDB, 0xD8, move_if<parity, true>),
    register_form(0xD9, 0xE8, load_exact<one>, none),
    register_form(0xD9, 0xE9, load_constant<Constant{0x4000, 0xD49A784BCD1B8AFE, false}>, none),
    register_form(0xD9, 0xEA, load_constant<Constant{0x3FFF, 0xB8AA3B295C17F0BB, true}>, none),
    register_form(0xD9, 0xEB, load_constant<Constant{0x4000, 0xC90FDAA22168C234, true}>, none),
    register_form(0xD9, 0xEC, load_constant<Constant{0x3FFD, 0x9A209A84FBCFF798, true}>, none),
    register_form(0xD9, 0xED, load_constant<Constant{0x3FFE, 0xB17217F7D1CF79AB, true}>, none),
    register_form(0xD9, 0xEE, load_exact<zero()>, none),
};

}  // namespace

std::span<const Form> transfer_forms() {
    return table;
}

}  // namespace ringside::cpu::fpu
