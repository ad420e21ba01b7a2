// SPDX-License-Identifier: MIT
#include "cpu/faults/fault_bench.hpp"

#include <set>
#include <span>

namespace ringside::test {
namespace {

constexpr std::uint32_t page_table = 0x81000;

bool same(const cpu::fpu::State& a, const cpu::fpu::State& b) {
    return a.control == b.control && a.status == b.status && a.occupied == b.occupied &&
           a.pointers == b.pointers && a.physical == b.physical;
}

}  // namespace

FaultBench::FaultBench(unsigned ring) : ring_(ring), m_(ring, cpu::Model::modern) {
    m_.enable_paging();
    m_.cpu.cr0 |= cpu::cr0::wp | cpu::cr0::ne;
    m_.cpu.cr4 = cpu::cr4::osfxsr | cpu::cr4::osxmmexcpt;
    m_.cpu.paging_changed();
}

void FaultBench::reset() {
    cpu::Cpu& c = m_.cpu;
    c.cpl = 0;
    c.cr0 = cpu::cr0::pe | cpu::cr0::et | cpu::cr0::ne | cpu::cr0::wp | cpu::cr0::pg;
    c.gdtr = {{Rings::gdt_base}, Rings::gdt_limit};
    c.idtr = {{Rings::idt_base}, 0x7FF};
    c.ldtr = {};
    c.tr = {
        cpu::Selector{Rings::task}, {Rings::task_base}, 0x67, cpu::SystemType::tss32_busy, true};
    c.interrupt_shadow = c.debug_shadow = false;
    for (unsigned i = 0; i < 8; ++i) {
        m_.reg(static_cast<cpu::GeneralRegister>(i)) = i + 1;
    }
    m_.reg(cpu::GeneralRegister::esp) = Rings::stack_top;
    c.set_eflags(cpu::flag::cf | cpu::flag::af);
    const std::uint32_t dpl = Rings::dpl(ring_) | 0x100;
    for (const cpu::SegmentRegister r :
         {cpu::SegmentRegister::ds, cpu::SegmentRegister::es, cpu::SegmentRegister::ss,
          cpu::SegmentRegister::fs, cpu::SegmentRegister::gs}) {
        c.segment(r).load(cpu::Selector{ring_ == 0 ? Rings::data0 : Rings::data3},
                          cpu::Descriptor{Rings::flat, Rings::data32 | dpl});
    }
    c.segment(cpu::SegmentRegister::cs)
        .load(cpu::Selector{ring_ == 0 ? Rings::code0 : Rings::code3},
              cpu::Descriptor{Rings::flat, Rings::code32 | dpl});
    c.fpu.state.initialize();
    for (unsigned i = 0; i < 4; ++i) {
        c.fpu.state.set(i, {cpu::fpu::Float80::integer_bit + i, 0x3FFF});
    }
    for (unsigned i = 0; i < 8; ++i) {
        c.simd.xmm.at(i) = {{0x3FF0000000000000U + i, 0x4000000000000000U + i}};
    }
    c.simd.mxcsr = cpu::simd::State::mxcsr_at_reset;
    c.cr2 = 0;
    c.eip = Rings::start;
    c.dr6 = cpu::dr6::ones;
    c.dr7 = cpu::dr7::ones;
    c.exit = {};
    m_.transitions.clear();
    for (std::uint32_t i = 0; i < 2 * page_size; i += 4) {
        m_.set_dword(first_page + i, 0x3F800000);
    }
    map(first_page, first_page | 7);
    map(second_page, second_page | 7);
    c.set_cpl(ring_);
}

void FaultBench::map(std::uint32_t page, std::uint32_t entry) {
    m_.set_dword(page_table + (page >> 12) * 4, entry);
    m_.mmu.invalidate_page({page});
}

void FaultBench::place(const MemoryForm& form, std::uint32_t address) {
    auto at = Rings::start;
    for (const std::uint8_t byte : form.code) {
        m_.memory.write(PhysicalAddress{at++}, byte);
    }
    m_.memory.write(PhysicalAddress{at}, std::uint8_t{0xF4});
    m_.memory.write(PhysicalAddress{Rings::start + static_cast<std::uint32_t>(form.address_at)},
                    address);
}

void FaultBench::run() {
    m_.run_on(50);
}

Snapshot FaultBench::snapshot() const {
    Snapshot s;
    const cpu::Cpu& c = m_.cpu;
    for (unsigned i = 0; i < 8; ++i) {
        s.general.at(i) = c.registers[static_cast<cpu::GeneralRegister>(i)];
    }
    s.eflags = c.eflags();
    for (unsigned i = 0; i < 6; ++i) {
        s.selectors.at(i) = c.segments.at(i).selector.value();
    }
    s.control = {
        c.gdtr.base.value, c.idtr.base.value, c.ldtr.selector.value(), c.tr.selector.value(), c.cr0,
        c.gdtr.limit};
    s.fpu = c.fpu.state;
    s.xmm = c.simd.xmm;
    s.mxcsr = c.simd.mxcsr;
    s.memory.resize(2 * page_size);
    m_.memory.read_bytes(PhysicalAddress{first_page}, std::as_writable_bytes(std::span(s.memory)));
    return s;
}

std::string FaultBench::changed(const Snapshot& before) const {
    Snapshot now = snapshot();
    const cpu::Transition& fault = m_.transitions.front();
    now.general.at(4) = fault.before.esp;
    now.eflags = fault.before.eflags;
    now.selectors.at(1) = fault.before.cs.value();
    now.selectors.at(2) = fault.before.ss.value();
    std::string what;
    const auto note = [&what](bool differs, std::string_view name) {
        if (differs) {
            what += std::string(name) + " ";
        }
    };
    note(now.general != before.general, "general registers");
    note(now.eflags != before.eflags, "flags");
    note(now.selectors != before.selectors, "segments");
    note(now.control != before.control, "system registers");
    note(!same(now.fpu, before.fpu), "x87");
    note(now.xmm != before.xmm, "XMM");
    note(now.mxcsr != before.mxcsr, "MXCSR");
    note(now.memory != before.memory, "memory");
    note(fault.before.eip != Rings::start, "EIP");
    return what;
}

std::uint32_t required_alignment(const MemoryForm& form) {
    static const std::set<std::string> aligned{"movaps",  "movapd",  "movdqa", "movntps",
                                               "movntpd", "movntdq", "fxsave", "fxrstor"};
    static const std::set<std::string> unaligned{"movups", "movupd", "movdqu", "lddqu"};
    if (aligned.count(form.mnemonic) != 0) {
        return 16;
    }
    const bool sse = form.text.find("xmm") != std::string::npos;
    return form.size == 16 && sse && unaligned.count(form.mnemonic) == 0 ? 16 : 1;
}

bool is_no_access(const MemoryForm& form) {
    static const std::set<std::string> names{
        "invlpg",    "nop",      "prefetchnta", "prefetcht0", "prefetcht1", "prefetcht2",
        "prefetchw", "prefetch", "clflush",     "ud0",        "ud1",        "lea"};
    return names.count(form.mnemonic) != 0;
}

}  // namespace ringside::test
