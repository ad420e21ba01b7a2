// SPDX-License-Identifier: MIT
#include "cpu/fpu/unit.hpp"

namespace ringside::cpu::fpu {
namespace {

bool note(State& state, std::uint16_t raised, std::uint16_t replaced) {
    state.status = static_cast<std::uint16_t>((state.status & ~replaced) | raised);
    state.summarize();
    return state.control.unmasked(raised & status::before_result) == 0;
}

}  // namespace

bool Unit::report(std::uint16_t raised) {
    return note(state, raised, status::c1);
}

bool Unit::raise(std::uint16_t raised) {
    return note(state, raised, (raised & status::stack_fault) != 0 ? status::c1 : std::uint16_t{0});
}

bool Unit::report_conditions(std::uint16_t raised) {
    return note(state, raised, status::conditions);
}

bool Unit::underflow() {
    return report(status::invalid | status::stack_fault);
}

bool Unit::overflow() {
    return report(status::invalid | status::stack_fault | status::c1);
}

void Unit::push(Float80 value) {
    state.set_top(state.top() - 1);
    state.set(0, value);
}

}  // namespace ringside::cpu::fpu
