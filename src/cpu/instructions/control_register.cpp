// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/control_registers.hpp"
#include "cpu/privilege/require.hpp"

namespace ringside::cpu {
namespace {

template <unsigned number>
void load_control(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const auto value = Src::read<std::uint32_t>(cpu, op);
    switch (number) {
        case 0: set_cr0(cpu, value); break;
        case 2: cpu.cr2 = value; break;
        case 3: set_cr3(cpu, value); break;
        default: set_cr4(cpu, value); break;
    }
}

template <std::uint32_t Cpu::*control>
void store_control(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    Dst::write<std::uint32_t>(cpu, op, cpu.*control);
}

// LMSW may set PE but not clear it.
template <typename S>
void load_machine_status(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    constexpr std::uint32_t loaded = cr0::pe | cr0::mp | cr0::em | cr0::ts;
    const std::uint32_t value = S::template read<std::uint16_t>(cpu, op) & loaded;
    set_cr0(cpu, (cpu.cr0 & (~loaded | cr0::pe)) | value);
}

template <typename W, typename D>
void store_machine_status(Cpu& cpu, const Op* op) {
    D::template write<W>(cpu, op, static_cast<W>(cpu.cr0));
}

void clear_task_switched(Cpu& cpu, const Op*) {
    require_ring_0(cpu);
    cpu.cr0 &= ~cr0::ts;
}

/// The number of the register that MOV DRn means, and whether it may. DR4 and DR5 are other names
/// of DR6 and DR7 until CR4.DE takes them away.
unsigned debug_register(const Cpu& cpu, unsigned number) {
    const bool alias = number == 4 || number == 5;
    if (alias && (cpu.cr4 & cr4::de) != 0) {
        throw Fault::ud();
    }
    require_ring_0(cpu);
    if ((cpu.dr7 & dr7::general_detect) != 0) {
        throw Fault::db(dr6::register_access);
    }
    return alias ? number + 2 : number;
}

void load_debug(Cpu& cpu, const Op* op) {
    const unsigned number = debug_register(cpu, op->dst);
    const auto value = Src::read<std::uint32_t>(cpu, op);
    switch (number) {
        case 6: cpu.dr6 = (value & dr6::defined) | dr6::ones; break;
        case 7: cpu.dr7 = (value & dr7::defined) | dr7::ones; break;
        default: cpu.dr.at(number) = value; break;
    }
    cpu.context_changed();
}

void store_debug(Cpu& cpu, const Op* op) {
    const unsigned number = debug_register(cpu, op->src);
    const std::uint32_t value = number == 6 ? cpu.dr6 : number == 7 ? cpu.dr7 : cpu.dr.at(number);
    Dst::write<std::uint32_t>(cpu, op, value);
}

// The test registers of cache and TLB: storage. A look-up in the TLB, TR6 with C set, never hits:
// TR7 gets HT clear.
constexpr unsigned first_test_register = 3;

void load_test(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    constexpr std::uint32_t look_up = 1;
    constexpr std::uint32_t hit = 1U << 4;
    const auto value = Src::read<std::uint32_t>(cpu, op);
    cpu.test_registers.at(op->dst - first_test_register) = value;
    if (op->dst == 6 && (value & look_up) != 0) {
        cpu.test_registers.back() &= ~hit;
    }
}

void store_test(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    Dst::write<std::uint32_t>(cpu, op, cpu.test_registers.at(op->src - first_test_register));
}

Selection select_load_machine_status(const Decoded& d, std::uint32_t mode) {
    return with_destination(d, mode, [&]<typename S>() {
        return Selection{&serializing<&load_machine_status<S>>, true};
    });
}

Selection select_store_machine_status(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&store_machine_status<W, D>, D::is_memory>();
        });
    });
}

template <auto body>
Selection select_guarded(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

Selection select_load_control(unsigned number) {
    switch (number) {
        case 0: return {&serializing<&load_control<0>>, true};
        case 2: return handled<&load_control<2>, true>();
        case 3: return {&serializing<&load_control<3>>, true};
        case 4: return {&serializing<&load_control<4>>, true};
        default: return {};
    }
}

Selection select_store_control(unsigned number) {
    switch (number) {
        case 0: return handled<&store_control<&Cpu::cr0>, true>();
        case 2: return handled<&store_control<&Cpu::cr2>, true>();
        case 3: return handled<&store_control<&Cpu::cr3>, true>();
        case 4: return handled<&store_control<&Cpu::cr4>, true>();
        default: return {};
    }
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CLTS, select_guarded<&clear_task_switched>, "CLTS", Model::i386,
                "SDM vol. 2, CLTS"},
    Instruction{ZYDIS_MNEMONIC_LMSW, select_load_machine_status, "LMSW", Model::i386,
                "SDM vol. 2, LMSW"},
    Instruction{ZYDIS_MNEMONIC_SMSW, select_store_machine_status, "SMSW", Model::i386,
                "SDM vol. 2, SMSW"},
};

}  // namespace

std::span<const Instruction> control_register_instructions() {
    return table;
}

Selection select_move_system(const Decoded& d, std::uint32_t) {
    const auto is = [&d](unsigned index, ZydisRegisterClass kind) {
        return ZydisRegisterGetClass(d.operand(index).reg.value) == kind;
    };
    const auto number = [&d](unsigned index) {
        return static_cast<unsigned>(ZydisRegisterGetId(d.operand(index).reg.value));
    };
    if (is(0, ZYDIS_REGCLASS_CONTROL)) {
        return select_load_control(number(0));
    }
    if (is(1, ZYDIS_REGCLASS_CONTROL)) {
        return select_store_control(number(1));
    }
    if (is(0, ZYDIS_REGCLASS_DEBUG)) {
        return {&serializing<&load_debug>, true};
    }
    if (is(1, ZYDIS_REGCLASS_DEBUG)) {
        return handled<&store_debug, true>();
    }
    if (is(0, ZYDIS_REGCLASS_TEST)) {
        return handled<&load_test, true>();
    }
    if (is(1, ZYDIS_REGCLASS_TEST)) {
        return handled<&store_test, true>();
    }
    return {};
}

}  // namespace ringside::cpu
