// SPDX-License-Identifier: MIT
#include "cpu/privilege/rings.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

constexpr std::uint32_t page_directory = 0x80000;
constexpr std::uint32_t page_table = 0x81000;

unsigned digit(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

}  // namespace

Rings::Rings(unsigned ring, cpu::Model model, cpu::timing::Level level, std::uint32_t wait_states)
    : memory(0x100000), mmu(memory), cpu(model, mmu, level, wait_states) {
    descriptor(code0, flat, code32);
    descriptor(data0, flat, data32);
    descriptor(code3, flat, code32 | dpl(3));
    descriptor(data3, flat, data32 | dpl(3));
    descriptor(task, (task_base << 16) | 0x67, 0x8B00);
    descriptor(other_task, (other_task_base << 16) | 0x67, 0x8900);
    descriptor(ldt, (ldt_base << 16) | 0x1F, 0x8200);
    set_dword(task_base + 4, inner_top);
    set_dword(task_base + 8, data0);
    for (unsigned vector = 0; vector < 0x20; ++vector) {
        gate(vector, interrupt32, 0);
    }
    for (unsigned vector = 0; vector < 256; ++vector) {
        code(handlers + vector * 16, "f4");
    }

    cpu.cr0 = cpu::cr0::pe | cpu::cr0::et;
    cpu.gdtr = {{gdt_base}, gdt_limit};
    cpu.idtr = {{idt_base}, 0x7FF};
    cpu.tr = {cpu::Selector{task}, {task_base}, 0x67, cpu::SystemType::tss32_busy, true};
    enter(ring);
    cpu.registers[cpu::GeneralRegister::edx] = 0;
    cpu.paging_changed();
    cpu.observer = this;
}

Rings::~Rings() {
    cpu.observer = nullptr;
}

void Rings::enter(unsigned ring) {
    cpu.cpl = ring;
    cpu.segment(cpu::SegmentRegister::cs)
        .load(cpu::Selector{ring == 0 ? code0 : code3},
              cpu::Descriptor{flat, code32 | dpl(ring) | 0x100});
    for (const auto r :
         {cpu::SegmentRegister::ds, cpu::SegmentRegister::es, cpu::SegmentRegister::fs,
          cpu::SegmentRegister::gs, cpu::SegmentRegister::ss}) {
        cpu::load_segment(cpu, r, cpu::Selector{ring == 0 ? data0 : data3});
    }
    cpu.eip = start;
    cpu.registers[cpu::GeneralRegister::esp] = stack_top;
    cpu.context_changed();
}

void Rings::descriptor(std::uint16_t selector, std::uint32_t low, std::uint32_t high) {
    set_dword(gdt_base + (selector & 0xFFF8U), low);
    set_dword(gdt_base + (selector & 0xFFF8U) + 4, high);
}

std::uint32_t Rings::descriptor_high(std::uint16_t selector) const {
    return dword(gdt_base + (selector & 0xFFF8U) + 4);
}

void Rings::gate(unsigned vector, unsigned type, unsigned gate_dpl, std::uint16_t selector) {
    gate_to(vector, type, gate_dpl, selector, handlers + vector * 16);
}

void Rings::gate_to(unsigned vector, unsigned type, unsigned gate_dpl, std::uint16_t selector,
                    std::uint32_t offset) {
    set_dword(idt_base + vector * 8, (std::uint32_t{selector} << 16) | (offset & 0xFFFF));
    set_dword(idt_base + vector * 8 + 4,
              (offset & 0xFFFF0000U) | present | dpl(gate_dpl) | (type << 8));
}

void Rings::code(std::uint32_t address, std::string_view hex) {
    for (std::size_t i = 0; i < hex.size();) {
        if (hex[i] == ' ') {
            ++i;
            continue;
        }
        const auto value = static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1]));
        memory.write(PhysicalAddress{address++}, value);
        i += 2;
    }
}

cpu::Exit Rings::run(std::string_view hex, std::uint64_t clocks) {
    code(start, hex);
    return run_on(clocks);
}

cpu::Exit Rings::run_on(std::uint64_t clocks) {
    return cpu.run(cpu.clock + clocks * cpu::traits(cpu.model).ticks_per_clock);
}

void Rings::enable_paging() {
    set_dword(page_directory, page_table | 7);
    for (std::uint32_t i = 0; i < 1024; ++i) {
        set_dword(page_table + i * 4, (i << 12) | 7);
    }
    cpu.cr3 = page_directory;
    cpu.cr0 |= cpu::cr0::pg;
    cpu.paging_changed();
}

void Rings::unmap(std::uint32_t address) {
    set_dword(page_table + (address >> 12) * 4, 0);
    mmu.invalidate_page({address});
}

void Rings::supervisor_only(std::uint32_t address) {
    set_dword(page_table + (address >> 12) * 4, (address & 0xFFFFF000U) | 3);
    mmu.invalidate_page({address});
}

bool Rings::faulted(cpu::Vector vector, std::uint32_t offset, std::uint32_t error_code) const {
    if (transitions.empty()) {
        UNSCOPED_INFO("no exception came");
        return false;
    }
    const cpu::Transition& t = transitions.front();
    UNSCOPED_INFO("vector " << static_cast<unsigned>(t.vector) << ", error code " << t.error_code
                            << ", at +" << t.before.eip - start);
    return t.kind == cpu::TransitionKind::exception && t.vector == vector &&
           t.error_code == error_code && t.before.eip == start + offset;
}

}  // namespace ringside::test
