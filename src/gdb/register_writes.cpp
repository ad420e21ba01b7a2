// SPDX-License-Identifier: MIT
// What happens to a register that the debugger writes to.
#include <string>

#include <fmt/format.h>

#include "cpu/fault.hpp"
#include "cpu/fpu/environment.hpp"
#include "cpu/privilege/code_segment.hpp"
#include "cpu/privilege/control_registers.hpp"
#include "cpu/segments/segment_load.hpp"
#include "gdb/registers.hpp"

namespace ringside::gdb {
namespace {

using Written = Expected<void, std::string>;

void set_x87(cpu::fpu::State& x87, unsigned index, std::uint32_t value) {
    const auto word = static_cast<std::uint16_t>(value);
    switch (index) {
        case 0: x87.control.value = word & cpu::fpu::Control::defined; break;
        case 1: x87.set_status_word(word); break;
        case 2:
            x87.occupied = 0;
            for (unsigned i = 0; i < x87.physical.size(); ++i) {
                const bool empty = (value >> (2 * i) & 3U) == 3;
                x87.occupied = static_cast<std::uint8_t>(x87.occupied | (empty ? 0U : 1U << i));
            }
            break;
        case 3: x87.pointers.instruction_selector = word; break;
        case 4: x87.pointers.instruction_offset = value; break;
        case 5: x87.pointers.data_selector = word; break;
        case 6: x87.pointers.data_offset = value; break;
        default: x87.pointers.opcode = word & 0x7FF; break;
    }
    x87.summarize();
}

void set_debug(cpu::Cpu& cpu, unsigned index, std::uint32_t value) {
    if (index < cpu.dr.size()) {
        cpu.dr.at(index) = value;
    } else if (index == 6) {
        cpu.dr6 = (value & cpu::dr6::defined) | cpu::dr6::ones;
    } else {
        cpu.dr7 = (value & cpu::dr7::defined) | cpu::dr7::ones;
    }
    cpu.context_changed();
}

/// As MOV and POP load the register at the present privilege, CS as a far JMP does.
Written set_selector(cpu::Cpu& cpu, cpu::SegmentRegister r, std::uint32_t value) {
    if (value > UINT16_MAX) {
        return Unexpected{fmt::format("{:X} is no selector: it has 16 bits", value)};
    }
    const cpu::Selector selector{static_cast<std::uint16_t>(value)};
    if (r != cpu::SegmentRegister::cs) {
        load_segment(cpu, r, selector);
    } else if (!cpu.protected_mode()) {
        cpu.segment(r).load_paragraph(selector);
    } else {
        cpu::TableEntry entry = read_descriptor(cpu, selector, cpu::Vector::general_protection);
        far_code_segment(cpu, entry, selector).load_into(cpu.segment(r));
    }
    cpu.context_changed();
    return {};
}

Written set_control(cpu::Cpu& cpu, unsigned index, std::uint32_t value) {
    const bool other_mode = index == 0 && ((cpu.cr0 ^ value) & cpu::cr0::pe) != 0;
    if (other_mode && (cpu.cpl != 0 || cpu.virtual_8086())) {
        return Unexpected{std::string("PE changes in ring 0 only")};
    }
    switch (index) {
        case 0: set_cr0(cpu, value); break;
        case 2: cpu.cr2 = value; break;
        case 3: set_cr3(cpu, value); break;
        default: set_cr4(cpu, value); break;
    }
    cpu.context_changed();
    return {};
}

Written set_table_limit(cpu::TableRegister& table, std::uint32_t value) {
    if (value > UINT16_MAX) {
        return Unexpected{fmt::format("{:X} is no limit of a table: it has 16 bits", value)};
    }
    table.limit = static_cast<std::uint16_t>(value);
    return {};
}

Written set_dword(cpu::Cpu& cpu, const Register& reg, std::uint32_t value) {
    cpu::TableRegister& table = reg.index == 0 ? cpu.gdtr : cpu.idtr;
    switch (reg.source) {
        case Source::general:
            cpu.registers[static_cast<cpu::GeneralRegister>(reg.index)] = value;
            return {};
        case Source::eip: cpu.eip = value; return {};
        case Source::eflags: {
            // VM would need other segments beside it.
            const std::uint32_t mask = cpu.known_eflags & ~cpu::flag::vm;
            cpu.set_eflags((value & mask) | (cpu.eflags() & ~mask));
            return {};
        }
        case Source::control_of_x87: set_x87(cpu.fpu.state, reg.index, value); return {};
        case Source::mxcsr: cpu.simd.mxcsr = value & cpu::simd::State::mxcsr_mask; return {};
        case Source::control: return set_control(cpu, reg.index, value);
        case Source::debug: set_debug(cpu, reg.index, value); return {};
        case Source::selector:
            return set_selector(cpu, static_cast<cpu::SegmentRegister>(reg.index), value);
        case Source::table_base: table.base = LinearAddress{value}; return {};
        case Source::table_limit: return set_table_limit(table, value);
        case Source::segment_base:
        case Source::segment_limit:
            return Unexpected{
                std::string("it comes with the descriptor: load a selector, or change the "
                            "descriptor in the GDT and load its selector again")};
        case Source::ring:
            return Unexpected{std::string("the ring changes by gates and returns only")};
        case Source::task: return Unexpected{std::string("only LTR and LLDT load it")};
        case Source::stack_of_x87:
        case Source::xmm:
        case Source::clock: break;
    }
    return Unexpected{std::string("it only goes on")};
}

}  // namespace

Written set_value(cpu::Cpu& cpu, const Register& reg, const std::vector<std::byte>& to) {
    if (to.size() != reg.bytes()) {
        return Unexpected{fmt::format("it has {} bytes", reg.bytes())};
    }
    if (reg.source == Source::stack_of_x87) {
        cpu::fpu::Float80& st = cpu.fpu.state.st(reg.index);
        st.significand = load<std::uint64_t>(to.data());
        st.sign_exponent = load<std::uint16_t>(to.data() + sizeof st.significand);
        return {};
    }
    if (reg.source == Source::xmm) {
        cpu::simd::Xmm& xmm = cpu.simd.xmm.at(reg.index);
        xmm.quads[0] = load<std::uint64_t>(to.data());
        xmm.quads[1] = load<std::uint64_t>(to.data() + sizeof xmm.quads[0]);
        return {};
    }
    try {
        return set_dword(cpu, reg, load<std::uint32_t>(to.data()));
    } catch (const cpu::Fault& fault) {
        return Unexpected{fmt::format("the processor refuses the value in ring {} with {}({:X})",
                                      cpu.cpl, mnemonic(fault.vector), fault.error_code)};
    }
}

}  // namespace ringside::gdb
