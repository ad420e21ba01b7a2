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

constexpr std::array table{
    ModelSpecificRegister{0x010, "IA32_TIME_STAMP_COUNTER", Model::pentium, read_counter,
                          write_counter},
    ModelSpecificRegister{0x174, "IA32_SYSENTER_CS", Model::p6, read_word<&Cpu::sysenter_cs>,
                          write_word<&Cpu::sysenter_cs>},
    ModelSpecificRegister{0x175, "IA32_SYSENTER_ESP", Model::p6, read_word<&Cpu::sysenter_esp>,
                          write_word<&Cpu::sysenter_esp>},
    ModelSpecificRegister{0x176, "IA32_SYSENTER_EIP", Model::p6, read_word<&Cpu::sysenter_eip>,
                          write_word<&Cpu::sysenter_eip>},
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
