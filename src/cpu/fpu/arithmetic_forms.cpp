// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/fpu/form.hpp"
#include "cpu/fpu/inexact_hint.hpp"
#include "cpu/fpu/operand_load.hpp"
#include "cpu/fpu/remainder.hpp"

namespace ringside::cpu::fpu {
namespace {

/// DEST := DEST op SRC, or SRC op DEST in the R forms.
enum class Order : std::uint8_t { plain, reversed };
enum class Pop : std::uint8_t { no, yes };

template <auto operation, Order order>
Result apply(const Unit& unit, Source destination, Source source) {
    const auto compute = unit.arithmetic->*operation;
    const Control control = with_inexact_hint(unit.state);
    return order == Order::plain ? compute(destination, source, control)
                                 : compute(source, destination, control);
}

/// The result into ST(index), unless an unmasked exception forbids it.
void finish(Unit& unit, unsigned index, Result r, Pop pop) {
    if (unit.report(r.status)) {
        unit.state.set(index, r.value);
        if (pop == Pop::yes) {
            unit.state.pop();
        }
    }
}

void finish_underflow(Unit& unit, unsigned index, Pop pop) {
    if (unit.underflow()) {
        unit.state.set(index, indefinite);
        if (pop == Pop::yes) {
            unit.state.pop();
        }
    }
}

template <auto operation, Order order, auto source>
void with_memory(Unit& unit, Transfer& x) {
    if (unit.state.empty(0)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    finish(unit, 0, apply<operation, order>(unit, {unit.state.st(0)}, source(x)), Pop::no);
}

/// ST(0) := ST(0) op ST(i).
template <auto operation, Order order>
void to_top(Unit& unit, Transfer& x) {
    if (unit.state.empty(0) || unit.state.empty(x.index)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    finish(unit, 0, apply<operation, order>(unit, {unit.state.st(0)}, {unit.state.st(x.index)}),
           Pop::no);
}

/// ST(i) := ST(i) op ST(0).
template <auto operation, Order order, Pop pop>
void to_index(Unit& unit, Transfer& x) {
    if (unit.state.empty(0) || unit.state.empty(x.index)) {
        finish_underflow(unit, x.index, pop);
        return;
    }
    finish(unit, x.index,
           apply<operation, order>(unit, {unit.state.st(x.index)}, {unit.state.st(0)}), pop);
}

void square_root(Unit& unit, Transfer&) {
    if (unit.state.empty(0)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    finish(unit, 0, unit.arithmetic->square_root({unit.state.st(0)}, with_inexact_hint(unit.state)),
           Pop::no);
}

/// FCHS and FABS look at no more than the sign bit.
template <auto change>
void change_sign(Unit& unit, Transfer&) {
    if (unit.state.empty(0)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    unit.report(0);
    unit.state.st(0) = (unit.state.st(0).*change)();
}

void round_to_whole(Unit& unit, Transfer&) {
    if (unit.state.empty(0)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    finish(unit, 0, round_to_integer(unit.state.st(0), unit.state.control), Pop::no);
}

void scale_by_st1(Unit& unit, Transfer&) {
    if (unit.state.empty(0) || unit.state.empty(1)) {
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    finish(unit, 0, scale(unit.state.st(0), unit.state.st(1), unit.state.control), Pop::no);
}

/// Of the condition codes only C2 says something when there was nothing to divide.
void complete_without_quotient(State& state) {
    state.status = static_cast<std::uint16_t>(state.status & ~unsigned{status::c2});
}

bool has_quotient(const State& state, const Result& r) {
    return (r.status & status::invalid) == 0 && state.st(0).is_finite() && !state.st(1).is_nan() &&
           state.control.unmasked(r.status & status::before_result) == 0;
}

template <Quotient quotient>
void remainder_by_st1(Unit& unit, Transfer&) {
    if (unit.state.empty(0) || unit.state.empty(1)) {
        complete_without_quotient(unit.state);
        finish_underflow(unit, 0, Pop::no);
        return;
    }
    const Result r =
        partial_remainder(unit.state.st(0), unit.state.st(1), quotient, unit.state.control);
    if (has_quotient(unit.state, r)) {
        unit.report_conditions(r.status);
        unit.state.set(0, r.value);
    } else {
        complete_without_quotient(unit.state);
        finish(unit, 0, r, Pop::no);
    }
}

void extract_exponent(Unit& unit, Transfer&) {
    State& state = unit.state;
    const bool missing = state.empty(0);
    if (missing || unit.push_overflows()) {
        if (missing ? unit.underflow() : unit.overflow()) {
            state.set(0, indefinite);
            unit.push(indefinite);
        }
        return;
    }
    const Extracted parts = extract(state.st(0));
    if (unit.report(parts.status)) {
        state.set(0, parts.exponent);
        unit.push(parts.significand);
    }
}

// Memory forms: D8 and DC by reals, DA and DE by integers; /0 FADD, /1 FMUL, /4 FSUB, /5 FSUBR,
// /6 FDIV, /7 FDIVR.
template <auto source>
constexpr std::array<Form, 6> memory_rows(unsigned escape, Operand operand) {
    constexpr auto load = Direction::load;
    return {
        memory_form(escape, 0, with_memory<&Arithmetic::add, Order::plain, source>, operand, load),
        memory_form(escape, 1, with_memory<&Arithmetic::multiply, Order::plain, source>, operand,
                    load),
        memory_form(escape, 4, with_memory<&Arithmetic::subtract, Order::plain, source>, operand,
                    load),
        memory_form(escape, 5, with_memory<&Arithmetic::subtract, Order::reversed, source>, operand,
                    load),
        memory_form(escape, 6, with_memory<&Arithmetic::divide, Order::plain, source>, operand,
                    load),
        memory_form(escape, 7, with_memory<&Arithmetic::divide, Order::reversed, source>, operand,
                    load),
    };
}

constexpr std::array<Form, 6> top_rows{
    register_form(0xD8, 0xC0, to_top<&Arithmetic::add, Order::plain>),
    register_form(0xD8, 0xC8, to_top<&Arithmetic::multiply, Order::plain>),
    register_form(0xD8, 0xE0, to_top<&Arithmetic::subtract, Order::plain>),
    register_form(0xD8, 0xE8, to_top<&Arithmetic::subtract, Order::reversed>),
    register_form(0xD8, 0xF0, to_top<&Arithmetic::divide, Order::plain>),
    register_form(0xD8, 0xF8, to_top<&Arithmetic::divide, Order::reversed>),
};

// With ST(i) as destination the encodings of the R forms and the plain ones change places.
template <Pop pop>
constexpr std::array<Form, 6> index_rows(unsigned escape) {
    return {
        register_form(escape, 0xC0, to_index<&Arithmetic::add, Order::plain, pop>),
        register_form(escape, 0xC8, to_index<&Arithmetic::multiply, Order::plain, pop>),
        register_form(escape, 0xE0, to_index<&Arithmetic::subtract, Order::reversed, pop>),
        register_form(escape, 0xE8, to_index<&Arithmetic::subtract, Order::plain, pop>),
        register_form(escape, 0xF0, to_index<&Arithmetic::divide, Order::reversed, pop>),
        register_form(escape, 0xF8, to_index<&Arithmetic::divide, Order::plain, pop>),
    };
}

constexpr std::array<Form, 8> single_rows{
    register_form(0xD9, 0xE0, change_sign<&Float80::negated>, Operand::none),
    register_form(0xD9, 0xE1, change_sign<&Float80::absolute>, Operand::none),
    register_form(0xD9, 0xF4, extract_exponent, Operand::none),
    register_form(0xD9, 0xF5, remainder_by_st1<Quotient::nearest>, Operand::none),
    register_form(0xD9, 0xF8, remainder_by_st1<Quotient::truncated>, Operand::none),
    register_form(0xD9, 0xFA, square_root, Operand::none),
    register_form(0xD9, 0xFC, round_to_whole, Operand::none),
    register_form(0xD9, 0xFD, scale_by_st1, Operand::none),
};

constexpr std::array<Form, 50> all_rows() {
    std::array<Form, 50> all{};
    std::size_t next = 0;
    const auto append = [&](const auto& rows) {
        for (const Form& row : rows) {
            all[next++] = row;
        }
    };
    append(memory_rows<&source_real32>(0xD8, Operand::real32));
    append(memory_rows<&source_real64>(0xDC, Operand::real64));
    append(memory_rows<&source_integer32>(0xDA, Operand::integer32));
    append(memory_rows<&source_integer16>(0xDE, Operand::integer16));
    append(top_rows);
    append(index_rows<Pop::no>(0xDC));
    append(index_rows<Pop::yes>(0xDE));
    append(single_rows);
    return all;
}

constexpr auto table = all_rows();

}  // namespace

std::span<const Form> arithmetic_forms() {
    return table;
}

}  // namespace ringside::cpu::fpu
