// SPDX-License-Identifier: MIT
#include "cpu/msr.hpp"

#include <algorithm>
#include <array>

namespace ringside::cpu {
namespace {

template <std::uint32_t Cpu::*member>
std::uint64_t read_word(const Cpu& cpu, std::uint64_t) {
    return cpu.*member;
}
template <std::uint32_t Cpu::*member>
void write_word(Cpu& cpu, std::uint64_t value, std::uint64_t) {
    cpu.*member = static_cast<std::uint32_t>(value);
}

std::uint64_t read_counter(const Cpu& cpu, std::uint64_t tick) {
    return cpu.time_stamp(tick);
}
// Up to the P6 family a write sets the low half and clears the high one (SDM vol. 3, "Time-Stamp
// Counter").
void write_counter(Cpu& cpu, std::uint64_t value, std::uint64_t tick) {
    cpu.tsc_offset += (value & 0xFFFFFFFFU) - cpu.time_stamp(tick);
}

// No update of the microcode is loaded, and none can be; no machine check ever comes.
std::uint64_t read_zero(const Cpu&, std::uint64_t) {
    return 0;
}
void write_nothing(Cpu&, std::uint64_t, std::uint64_t) {}
void refuse_write(Cpu&, std::uint64_t, std::uint64_t) {
    throw Fault::gp(0);
}
std::uint64_t refuse_read(const Cpu&, std::uint64_t) {
    throw Fault::gp(0);
}

// The counters have 40 bits; a write gives the low 32, and bit 31 fills the rest.
template <unsigned n>
std::uint64_t read_performance_counter(const Cpu& cpu, std::uint64_t) {
    return cpu.performance_counters.at(n);
}
template <unsigned n>
void write_performance_counter(Cpu& cpu, std::uint64_t value, std::uint64_t) {
    constexpr std::uint64_t forty_bits = (std::uint64_t{1} << 40) - 1;
    const auto low = static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    cpu.performance_counters.at(n) = static_cast<std::uint64_t>(std::int64_t{low}) & forty_bits;
}
template <unsigned n>
std::uint64_t read_event_select(const Cpu& cpu, std::uint64_t) {
    return cpu.event_selects.at(n);
}
template <unsigned n>
void write_event_select(Cpu& cpu, std::uint64_t value, std::uint64_t) {
    cpu.event_selects.at(n) = static_cast<std::uint32_t>(value);
}

constexpr std::array table{
    ModelSpecificRegister{0x000, "P5_MC_ADDR", Model::pentium, read_zero, write_nothing},
    ModelSpecificRegister{0x001, "P5_MC_TYPE", Model::pentium, read_zero, write_nothing},
    ModelSpecificRegister{0x010, "IA32_TIME_STAMP_COUNTER", Model::pentium, read_counter,
                          write_counter},
    ModelSpecificRegister{0x017, "IA32_PLATFORM_ID", Model::p6, read_zero, refuse_write},
    ModelSpecificRegister{0x079, "IA32_BIOS_UPDT_TRIG", Model::p6, refuse_read, write_nothing},
    ModelSpecificRegister{0x08B, "IA32_BIOS_SIGN_ID", Model::p6, read_zero, write_nothing},
    ModelSpecificRegister{0x0C1, "PERFCTR0", Model::p6, read_performance_counter<0>,
                          write_performance_counter<0>},
    ModelSpecificRegister{0x0C2, "PERFCTR1", Model::p6, read_performance_counter<1>,
                          write_performance_counter<1>},
    ModelSpecificRegister{0x174, "IA32_SYSENTER_CS", Model::p6, read_word<&Cpu::sysenter_cs>,
                          write_word<&Cpu::sysenter_cs>},
    ModelSpecificRegister{0x175, "IA32_SYSENTER_ESP", Model::p6, read_word<&Cpu::sysenter_esp>,
                          write_word<&Cpu::sysenter_esp>},
    ModelSpecificRegister{0x176, "IA32_SYSENTER_EIP", Model::p6, read_word<&Cpu::sysenter_eip>,
                          write_word<&Cpu::sysenter_eip>},
    ModelSpecificRegister{0x186, "PERFEVTSEL0", Model::p6, read_event_select<0>,
                          write_event_select<0>},
    ModelSpecificRegister{0x187, "PERFEVTSEL1", Model::p6, read_event_select<1>,
                          write_event_select<1>},
};

}  // namespace

std::span<const ModelSpecificRegister> model_specific_registers() {
    return table;
}

const ModelSpecificRegister* find_msr(Model model, std::uint32_t number) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const ModelSpecificRegister& row) {
            return row.number == number && row.first <= model;
        });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace ringside::cpu
