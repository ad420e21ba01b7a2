// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/fpu/form.hpp"

namespace ringside::cpu::fpu {
namespace {

void load_control(Unit& unit, Transfer& x) {
    unit.state.control = Control::loaded(static_cast<std::uint16_t>(x.low));
    unit.state.summarize();
}

void store_control(Unit& unit, Transfer& x) {
    x.low = unit.state.control.value;
    x.writes = true;
}

void store_status(Unit& unit, Transfer& x) {
    x.low = unit.state.status_word();
    x.writes = true;
}

void clear_exceptions(Unit& unit, Transfer&) {
    constexpr std::uint16_t cleared = status::exceptions | status::stack_fault;
    unit.state.status = static_cast<std::uint16_t>(unit.state.status & ~cleared);
    unit.state.summarize();
}

void initialize(Unit& unit, Transfer&) {
    unit.state.initialize();
}

void nothing(Unit&, Transfer&) {}

template <int step>
void move_top(Unit& unit, Transfer&) {
    unit.report(0);
    unit.state.set_top(unit.state.top() + static_cast<unsigned>(step));
}

void free_register(Unit& unit, Transfer& x) {
    unit.report(0);
    unit.state.free(x.index);
}

// FFREEP is in no manual of the P6 and on every part.
void free_and_pop(Unit& unit, Transfer& x) {
    free_register(unit, x);
    unit.state.pop();
}

void store_environment_masking(Unit& unit, Transfer& x) {
    store_environment(unit.state, x.format, x.image);
    x.writes = true;
    unit.state.control.value |= status::exceptions;
    unit.state.summarize();
}

void load_environment_image(Unit& unit, Transfer& x) {
    load_environment(unit.state, x.format, x.image);
}

void save(Unit& unit, Transfer& x) {
    store_save_area(unit.state, x.format, x.image);
    x.writes = true;
    unit.state.initialize();
}

void restore(Unit& unit, Transfer& x) {
    load_save_area(unit.state, x.format, x.image);
}

constexpr auto control = Class::control;
constexpr auto no_wait = Class::control_no_wait;
constexpr auto load = Direction::load;
constexpr auto store = Direction::store;
constexpr auto none = Operand::none;

constexpr std::array table{
    memory_form(0xD9, 4, load_environment_image, Operand::environment, load, control),
    memory_form(0xD9, 5, load_control, Operand::word, load, control),
    memory_form(0xD9, 6, store_environment_masking, Operand::environment, store, no_wait),
    memory_form(0xD9, 7, store_control, Operand::word, store, no_wait),
    memory_form(0xDD, 4, restore, Operand::save, load, control),
    memory_form(0xDD, 6, save, Operand::save, store, no_wait),
    memory_form(0xDD, 7, store_status, Operand::word, store, no_wait),
    register_form(0xDF, 0xE0, store_status, Operand::ax, no_wait),
    register_form(0xDB, 0xE2, clear_exceptions, none, no_wait),
    register_form(0xDB, 0xE3, initialize, none, no_wait),
    // FNENI, FNDISI and FNSETPM mean something to older coprocessors only.
    register_form(0xDB, 0xE0, nothing, none, no_wait),
    register_form(0xDB, 0xE1, nothing, none, no_wait),
    register_form(0xDB, 0xE4, nothing, none, no_wait),
    register_form(0xD9, 0xD0, nothing, none),
    register_form(0xD9, 0xF6, move_top<-1>, none),
    register_form(0xD9, 0xF7, move_top<1>, none),
    register_form(0xDD, 0xC0, free_register),
    register_form(0xDF, 0xC0, free_and_pop),
};

}  // namespace

std::span<const Form> control_forms() {
    return table;
}

}  // namespace ringside::cpu::fpu
