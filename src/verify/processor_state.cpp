// SPDX-License-Identifier: MIT
#include "verify/processor_state.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace ringside::verify {
namespace {

constexpr std::array<std::string_view, 8> general{"EAX", "ECX", "EDX", "EBX",
                                                  "ESP", "EBP", "ESI", "EDI"};
constexpr std::array<std::string_view, cpu::segment_registers> segment_names{"ES", "CS", "SS",
                                                                             "DS", "FS", "GS"};

/// Shows every part of the state to `see(name, number, value)`, always in the same order. `number`
/// tells registers of one name apart.
template <typename See>
void visit(const cpu::Cpu& cpu, std::uint32_t eip, const See& see) {
    constexpr unsigned only = UINT32_MAX;
    see("clock", only, cpu.clock);
    see("EIP", only, eip);
    see("EFLAGS", only, cpu.eflags());
    for (unsigned i = 0; i < general.size(); ++i) {
        see(general[i], only, cpu.registers[static_cast<cpu::GeneralRegister>(i)]);
    }
    for (unsigned i = 0; i < cpu::segment_registers; ++i) {
        const cpu::Segment& s = cpu.segments.at(i);
        see(segment_names[i], only, s.selector.value());
        see(segment_names[i], only, std::uint64_t{s.descriptor.high()} << 32 | s.descriptor.low());
        see(segment_names[i], only, std::uint64_t{s.base} << 32 | s.lowest);
        see(segment_names[i], only, s.highest);
    }
    see("GDTR", only, std::uint64_t{cpu.gdtr.limit} << 32 | cpu.gdtr.base.value);
    see("IDTR", only, std::uint64_t{cpu.idtr.limit} << 32 | cpu.idtr.base.value);
    for (const auto& [name, s] : {std::pair("LDTR", &cpu.ldtr), std::pair("TR", &cpu.tr)}) {
        see(name, only, s->selector.value());
        see(name, only, std::uint64_t{s->limit} << 32 | s->base.value);
        see(name, only, static_cast<unsigned>(s->type) << 1 | (s->valid ? 1U : 0U));
    }
    see("CR", 0, cpu.cr0);
    see("CR", 2, cpu.cr2);
    see("CR", 3, cpu.cr3);
    see("CR", 4, cpu.cr4);
    see("CPL", only, cpu.cpl);
    for (unsigned i = 0; i < cpu.dr.size(); ++i) {
        see("DR", i, cpu.dr.at(i));
    }
    see("DR", 6, cpu.dr6);
    see("DR", 7, cpu.dr7);
    for (unsigned i = 0; i < cpu.test_registers.size(); ++i) {
        see("TR", i + 3, cpu.test_registers.at(i));
    }
    see("MSR 174h", only, cpu.sysenter_cs);
    see("MSR 175h", only, cpu.sysenter_esp);
    see("MSR 176h", only, cpu.sysenter_eip);
    see("TSC offset", only, cpu.tsc_offset);
    for (unsigned i = 0; i < cpu.performance_counters.size(); ++i) {
        see("PMC", i, cpu.performance_counters.at(i));
        see("event select ", i, cpu.event_selects.at(i));
    }
    const cpu::fpu::State& x87 = cpu.fpu.state;
    for (unsigned i = 0; i < x87.physical.size(); ++i) {
        see("x87 R", i, x87.physical.at(i).significand);
        see("x87 R", i, x87.physical.at(i).sign_exponent);
    }
    see("x87 control", only, x87.control.value);
    see("x87 status", only, x87.status);
    see("x87 occupied", only, x87.occupied);
    see("x87 instruction", only,
        std::uint64_t{x87.pointers.instruction_selector} << 32 | x87.pointers.instruction_offset);
    see("x87 opcode", only, x87.pointers.opcode);
    see("x87 data", only,
        std::uint64_t{x87.pointers.data_selector} << 32 | x87.pointers.data_offset);
    for (unsigned i = 0; i < cpu.simd.xmm.size(); ++i) {
        see("XMM", i, cpu.simd.xmm.at(i).quads[0]);
        see("XMM", i, cpu.simd.xmm.at(i).quads[1]);
    }
    see("MXCSR", only, cpu.simd.mxcsr);
    see("shadow", only, (cpu.interrupt_shadow ? 1U : 0U) | (cpu.debug_shadow ? 2U : 0U));
    see("due debug traps", only, cpu.debug_traps);
    see("due interrupt", only,
        cpu.pending_interrupt ? 1U + static_cast<unsigned>(*cpu.pending_interrupt) : 0U);
}

struct Name {
    std::string_view text;
    unsigned number = 0;
};

std::vector<Name> names() {
    std::vector<Name> result;
    mmu::PhysicalMemory memory(page_size);
    mmu::Mmu mmu(memory);
    const cpu::Cpu any(cpu::Model::i386, mmu);
    visit(any, 0, [&result](std::string_view name, unsigned number, std::uint64_t) {
        result.push_back({name, number});
    });
    return result;
}

}  // namespace

ProcessorState::ProcessorState(const cpu::Cpu& cpu, std::uint32_t eip) {
    visit(cpu, eip,
          [this](std::string_view, unsigned, std::uint64_t value) { values_.push_back(value); });
}

std::vector<std::string> ProcessorState::differences(const ProcessorState& other,
                                                     std::size_t most) const {
    const std::vector<Name> all = names();
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < values_.size() && lines.size() < most; ++i) {
        if (values_[i] == other.values_[i]) {
            continue;
        }
        const std::string number =
            all[i].number == UINT32_MAX ? "" : fmt::format("{}", all[i].number);
        lines.push_back(all[i].text == "clock"
                            ? fmt::format("clock {}, here {}", values_[i], other.values_[i])
                            : fmt::format("{}{} {:08X}, here {:08X}", all[i].text, number,
                                          values_[i], other.values_[i]));
    }
    return lines;
}

}  // namespace ringside::verify
