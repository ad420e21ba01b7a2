// SPDX-License-Identifier: MIT
#include "cpu/v86/virtual_machine.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {

VirtualMachine::VirtualMachine(std::uint32_t eflags, cpu::Model model)
    : rings(0, model), eflags_(eflags) {
    // The bounds of the test of BOUND.
    rings.set_dword(ds * 16U, 0x00010001);
}

void VirtualMachine::place_frame(std::uint32_t eip) {
    rings.reg(cpu::GeneralRegister::esp) = frame;
    std::uint32_t at = frame;
    const std::uint32_t values[] = {eip, code, eflags_, esp_, stack, es, ds, fs, gs};
    for (const std::uint32_t value : values) {
        rings.set_dword(at, value);
        at += 4;
    }
    rings.gate(0x18, Rings::interrupt32, 0);
}

cpu::Exit VirtualMachine::enter(std::string_view hex, std::uint32_t eip) {
    place_frame(eip);
    rings.code(code * 16U + start, hex);
    return rings.run("cf");
}

void VirtualMachine::step_in() {
    place_frame(start);
    rings.run("cf", 1);
}

void VirtualMachine::push16(std::initializer_list<std::uint32_t> values) {
    esp_ -= static_cast<std::uint32_t>(values.size() * 2);
    std::uint32_t at = stack * 16U + esp_;
    for (const std::uint32_t value : values) {
        rings.memory.write(PhysicalAddress{at}, static_cast<std::uint16_t>(value));
        at += 2;
    }
}

void VirtualMachine::push32(std::initializer_list<std::uint32_t> values) {
    esp_ -= static_cast<std::uint32_t>(values.size() * 4);
    std::uint32_t at = stack * 16U + esp_;
    for (const std::uint32_t value : values) {
        rings.set_dword(at, value);
        at += 4;
    }
}

unsigned VirtualMachine::delivered() const {
    const cpu::Transition& t = rings.transitions.back();
    return t.kind == cpu::TransitionKind::interrupt_return ? 0x100U
                                                           : static_cast<unsigned>(t.vector);
}

bool VirtualMachine::faulted(cpu::Vector vector, std::uint32_t offset,
                             std::uint32_t error_code) const {
    if (rings.transitions.size() < 2) {
        UNSCOPED_INFO("no exception came");
        return false;
    }
    const cpu::Transition& t = rings.transitions[1];
    UNSCOPED_INFO("vector " << static_cast<unsigned>(t.vector) << ", error code " << t.error_code
                            << ", at +" << t.before.eip - start);
    return t.kind == cpu::TransitionKind::exception && t.vector == vector &&
           t.error_code == error_code && t.before.eip == start + offset;
}

}  // namespace ringside::test
