// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/fpu/compare.hpp"
#include "cpu/fpu/form.hpp"
#include "cpu/fpu/operand_load.hpp"

namespace ringside::cpu::fpu {
namespace {

void pop(Unit& unit, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        unit.state.pop();
    }
}

constexpr std::uint16_t stack_underflow = status::invalid | status::stack_fault;

/// Answers in C3, C2 and C0.
template <QuietNan quiet, unsigned pops>
void compare_with(Unit& unit, Source source, bool source_missing) {
    if (source_missing || unit.state.empty(0)) {
        if (unit.report_conditions(static_cast<std::uint16_t>(
                condition_codes(fpu::Order::unordered) | stack_underflow))) {
            pop(unit, pops);
        }
        return;
    }
    const Comparison c = compare({unit.state.st(0)}, source, quiet);
    if (unit.report_conditions(static_cast<std::uint16_t>(condition_codes(c.order) | c.status))) {
        pop(unit, pops);
    }
}

template <auto source, unsigned pops>
void compare_memory(Unit& unit, Transfer& x) {
    compare_with<QuietNan::invalid, pops>(unit, source(x), false);
}

template <QuietNan quiet, unsigned pops>
void compare_index(Unit& unit, Transfer& x) {
    compare_with<quiet, pops>(unit, {unit.state.st(x.index)}, unit.state.empty(x.index));
}

/// FCOMPP and FUCOMPP name no register, and mean ST(1).
template <QuietNan quiet>
void compare_both(Unit& unit, Transfer&) {
    compare_with<quiet, 2>(unit, {unit.state.st(1)}, unit.state.empty(1));
}

void test_against_zero(Unit& unit, Transfer&) {
    compare_with<QuietNan::invalid, 0>(unit, {zero()}, false);
}

constexpr std::uint32_t carry = 1U << 0;
constexpr std::uint32_t parity = 1U << 2;
constexpr std::uint32_t zero_flag = 1U << 6;

std::uint32_t eflags_of(Order order) {
    switch (order) {
        case Order::greater: return 0;
        case Order::less: return carry;
        case Order::equal: return zero_flag;
        case Order::unordered: break;
    }
    return zero_flag | parity | carry;
}

/// Answers in ZF, PF and CF; C3, C2 and C0 stay.
template <QuietNan quiet, unsigned pops>
void compare_to_eflags(Unit& unit, Transfer& x) {
    Comparison c{Order::unordered, stack_underflow};
    if (!unit.state.empty(0) && !unit.state.empty(x.index)) {
        c = compare({unit.state.st(0)}, {unit.state.st(x.index)}, quiet);
    }
    // C1 too stays unless the stack was at fault.
    x.flags = eflags_of(c.order);
    x.writes_flags = true;
    if (unit.raise(c.status)) {
        pop(unit, pops);
    }
}

void examine_top(Unit& unit, Transfer&) {
    const Float80 value = unit.state.st(0);
    const bool empty = unit.state.empty(0);
    const std::uint16_t sign = value.sign() ? status::c1 : std::uint16_t{0};
    unit.report_conditions(empty ? static_cast<std::uint16_t>(status::c3 | status::c0 | sign)
                                 : examine(value));
}

constexpr auto quiet_is_invalid = QuietNan::invalid;
constexpr auto quiet_is_fine = QuietNan::unordered;

constexpr std::array table{
    memory_form(0xD8, 2, compare_memory<&source_real32, 0>, Operand::real32, Direction::load),
    memory_form(0xD8, 3, compare_memory<&source_real32, 1>, Operand::real32, Direction::load),
    memory_form(0xDC, 2, compare_memory<&source_real64, 0>, Operand::real64, Direction::load),
    memory_form(0xDC, 3, compare_memory<&source_real64, 1>, Operand::real64, Direction::load),
    memory_form(0xDA, 2, compare_memory<&source_integer32, 0>, Operand::integer32, Direction::load),
    memory_form(0xDA, 3, compare_memory<&source_integer32, 1>, Operand::integer32, Direction::load),
    memory_form(0xDE, 2, compare_memory<&source_integer16, 0>, Operand::integer16, Direction::load),
    memory_form(0xDE, 3, compare_memory<&source_integer16, 1>, Operand::integer16, Direction::load),
    register_form(0xD8, 0xD0, compare_index<quiet_is_invalid, 0>),
    register_form(0xD8, 0xD8, compare_index<quiet_is_invalid, 1>),
    // Aliases that no manual of the P6 lists, and every part has.
    register_form(0xDC, 0xD0, compare_index<quiet_is_invalid, 0>),
    register_form(0xDC, 0xD8, compare_index<quiet_is_invalid, 1>),
    register_form(0xDE, 0xD0, compare_index<quiet_is_invalid, 1>),
    register_form(0xDE, 0xD9, compare_both<quiet_is_invalid>, Operand::none),
    register_form(0xDD, 0xE0, compare_index<quiet_is_fine, 0>),
    register_form(0xDD, 0xE8, compare_index<quiet_is_fine, 1>),
    register_form(0xDA, 0xE9, compare_both<quiet_is_fine>, Operand::none),
    register_form(0xDB, 0xE8, compare_to_eflags<quiet_is_fine, 0>),
    register_form(0xDB, 0xF0, compare_to_eflags<quiet_is_invalid, 0>),
    register_form(0xDF, 0xE8, compare_to_eflags<quiet_is_fine, 1>),
    register_form(0xDF, 0xF0, compare_to_eflags<quiet_is_invalid, 1>),
    register_form(0xD9, 0xE4, test_against_zero, Operand::none),
    register_form(0xD9, 0xE5, examine_top, Operand::none),
};

}  // namespace

std::span<const Form> comparison_forms() {
    return table;
}

}  // namespace ringside::cpu::fpu
