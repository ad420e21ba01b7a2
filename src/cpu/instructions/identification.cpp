// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/msr.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/require.hpp"

namespace ringside::cpu {
namespace {

void write_edx_eax(Cpu& cpu, std::uint64_t value) {
    cpu.registers[GeneralRegister::eax] = static_cast<std::uint32_t>(value);
    cpu.registers[GeneralRegister::edx] = static_cast<std::uint32_t>(value >> 32);
}

/// The counter at the start of `op`.
std::uint64_t tick_of(const Cpu& cpu, const Op* op) {
    return cpu.clock + ticks_before(cpu, op);
}

void read_time_stamp(Cpu& cpu, const Op* op) {
    if ((cpu.cr4 & cr4::tsd) != 0) {
        require_ring_0(cpu);
    }
    write_edx_eax(cpu, cpu.time_stamp(tick_of(cpu, op)));
}

// The two counters hold what WRMSR gave them: no event is counted.
void read_performance_counter(Cpu& cpu, const Op*) {
    if ((cpu.cr4 & cr4::pce) == 0) {
        require_ring_0(cpu);
    }
    const std::uint32_t number = cpu.registers[GeneralRegister::ecx];
    if (number >= cpu.performance_counters.size()) {
        throw Fault::gp(0);
    }
    write_edx_eax(cpu, cpu.performance_counters.at(number));
}

const ModelSpecificRegister& selected_msr(const Cpu& cpu) {
    require_ring_0(cpu);
    const auto* const row = find_msr(cpu.model, cpu.registers[GeneralRegister::ecx]);
    if (row == nullptr) {
        throw Fault::gp(0);
    }
    return *row;
}

void read_msr(Cpu& cpu, const Op* op) {
    write_edx_eax(cpu, selected_msr(cpu).read(cpu, tick_of(cpu, op)));
}

void write_msr(Cpu& cpu, const Op* op) {
    const std::uint64_t high = cpu.registers[GeneralRegister::edx];
    selected_msr(cpu).write(cpu, (high << 32) | cpu.registers[GeneralRegister::eax],
                            tick_of(cpu, op));
}

// The highest leaf is 1. A leaf beyond it answers as the highest one does (SDM vol. 2, CPUID:
// "INPUT EAX > maximum").
void identify(Cpu& cpu, const Op*) {
    constexpr std::uint32_t highest_leaf = 1;
    RegisterFile& r = cpu.registers;
    if (r[GeneralRegister::eax] == 0) {
        r[GeneralRegister::eax] = highest_leaf;
        r[GeneralRegister::ebx] = 0x756E6547;  // "GenuineIntel"
        r[GeneralRegister::edx] = 0x49656E69;
        r[GeneralRegister::ecx] = 0x6C65746E;
        return;
    }
    const ModelTraits& model = traits(cpu.model);
    r[GeneralRegister::eax] = model.signature;
    r[GeneralRegister::ebx] = 0;
    r[GeneralRegister::ecx] = model.features_c;
    r[GeneralRegister::edx] = model.features;
}

template <auto body>
Selection select_guarded(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CPUID, select_guarded<&identify>, "CPUID", Model::i486,
                "SDM vol. 2, CPUID"},
    Instruction{ZYDIS_MNEMONIC_RDMSR, select_guarded<&read_msr>, "RDMSR", Model::pentium,
                "SDM vol. 2, RDMSR"},
    Instruction{ZYDIS_MNEMONIC_RDPMC, select_guarded<&read_performance_counter>, "RDPMC", Model::p6,
                "SDM vol. 2, RDPMC"},
    Instruction{ZYDIS_MNEMONIC_RDTSC, select_guarded<&read_time_stamp>, "RDTSC", Model::pentium,
                "SDM vol. 2, RDTSC"},
    Instruction{ZYDIS_MNEMONIC_WRMSR, select_guarded<&write_msr>, "WRMSR", Model::pentium,
                "SDM vol. 2, WRMSR"},
};

}  // namespace

std::span<const Instruction> identification_instructions() {
    return table;
}

}  // namespace ringside::cpu
