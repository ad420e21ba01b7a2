// SPDX-License-Identifier: MIT
#include "vectors/ring3_system.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cpu/decode/block.hpp"
#include "vectors/cpu_registers.hpp"
#include "vectors/system_layout.hpp"

namespace ringside::vectors {
namespace {

using cpu::GeneralRegister;
using cpu::SegmentRegister;

constexpr std::uint32_t directory_span = 1U << 22;  ///< what one page table maps

constexpr std::uint32_t tss_limit = 0x67;
constexpr std::uint8_t hlt = 0xF4;

constexpr std::uint32_t known_cr4 = cpu::cr4::tsd | cpu::cr4::de | cpu::cr4::pse | cpu::cr4::pge |
                                    cpu::cr4::pce | cpu::cr4::osfxsr | cpu::cr4::osxmmexcpt;

std::uint32_t top_of(const Environment& environment) {
    std::uint32_t top = 0;
    for (const PageRange& range : environment.pages) {
        top = std::max(top, range.to);
    }
    return top;
}

std::uint32_t tables_for(std::uint32_t top) {
    return (top + directory_span - 1) / directory_span;
}

/// Vectors' pages, the system's, the directory, the system's page table, the vectors' tables.
std::uint32_t memory_size(const Environment& environment) {
    const std::uint32_t top = top_of(environment);
    return top + layout::size + page_size * (2 + tables_for(top));
}

}  // namespace

Ring3System::Ring3System(std::string_view file, const Environment& environment, cpu::Model model)
    : file_(file),
      environment_(environment),
      physical_memory_(memory_size(environment)),
      mmu_(physical_memory_),
      cpu_(model, mmu_),
      engine_(cpu_),
      ring_0_code_(find_ring_0(true)),
      ring_0_stack_(find_ring_0(false)) {
    const std::uint32_t needed = cpu::cr0::pe | cpu::cr0::pg;
    if ((environment_.cr0 & needed) != needed || (environment_.cr4 & ~known_cr4) != 0) {
        throw InputError(2, fmt::format("{}: XENV: CR0 {:#x}, CR4 {:#x} is no protected mode with "
                                        "two-level paging",
                                        file_, environment_.cr0, environment_.cr4));
    }
    cpu_.observer = this;
    build();
}

Ring3System::~Ring3System() {
    cpu_.observer = nullptr;
}

PhysicalAddress Ring3System::physical(std::uint32_t linear) const {
    return {linear - layout::base + top_of(environment_)};
}

void Ring3System::write(std::uint32_t linear, std::uint32_t value) {
    physical_memory_.write(physical(linear), value);
}

void Ring3System::build_page_tables() {
    constexpr std::uint32_t present = 1;
    constexpr std::uint32_t writable = 2;
    constexpr std::uint32_t user = 4;
    const PhysicalAddress directory = physical(layout::base + layout::size);
    const PhysicalAddress system_table = directory + page_size;
    const PhysicalAddress tables = system_table + page_size;
    const std::uint32_t top = top_of(environment_);
    for (std::uint32_t i = 0; i < tables_for(top); ++i) {
        physical_memory_.write(directory + 4 * i,
                               (tables.value + page_size * i) | present | writable | user);
    }
    physical_memory_.write(directory + 4 * (layout::base / directory_span),
                           system_table.value | present | writable);
    for (std::uint32_t at = 0; at < layout::size; at += page_size) {
        physical_memory_.write(system_table + at / page_size * 4,
                               physical(layout::base + at).value | present | writable);
    }
    for (const PageRange& range : environment_.pages) {
        const std::uint32_t rights = (range.present ? present : 0) |
                                     (range.writable ? writable : 0) | (range.user ? user : 0);
        for (std::uint32_t page = range.from; page < range.to; page += page_size) {
            physical_memory_.write(tables + page / page_size * 4, page | rights);
        }
    }
}

/// The tables that a load may mark as accessed.
void Ring3System::write_descriptors() {
    physical_memory_.write_bytes(physical(layout::gdt), environment_.gdt);
    physical_memory_.write_bytes(physical(layout::ldt), environment_.ldt);
}

void Ring3System::build() {
    build_page_tables();
    write_descriptors();
    for (std::uint32_t vector = 0; vector < 256; ++vector) {
        const std::uint32_t target = layout::handlers + vector;
        const std::uint32_t user_may_call = vector == 3 || vector == 4 ? 0x6000 : 0;
        write(layout::idt + vector * 8,
              (std::uint32_t{ring_0_code_.value()} << 16) | (target & 0xFFFF));
        write(layout::idt + vector * 8 + 4, (target & 0xFFFF0000) | 0x8E00 | user_may_call);
        physical_memory_.write(physical(target), hlt);
    }
    write(layout::tss + 4, layout::stack_top);
    write(layout::tss + 8, ring_0_stack_.value());
    write(layout::tss + 0x64, (tss_limit + 1) << 16);
    cpu_.cr0 = environment_.cr0;
    cpu_.cr4 = environment_.cr4;
    cpu_.cr3 = physical(layout::base + layout::size).value;
    cpu_.gdtr = {{layout::gdt}, static_cast<std::uint16_t>(environment_.gdt.size() - 1)};
    cpu_.idtr = {{layout::idt}, 0x7FF};
    cpu_.ldtr = {cpu::Selector{},
                 {layout::ldt},
                 static_cast<std::uint32_t>(environment_.ldt.size() - 1),
                 cpu::SystemType::ldt,
                 true};
    cpu_.tr = {cpu::Selector{}, {layout::tss}, tss_limit, cpu::SystemType::tss32_busy, true};
    cpu_.paging_changed();
}

cpu::Selector Ring3System::find_ring_0(bool code) const {
    for (std::size_t offset = 8; offset + 8 <= environment_.gdt.size(); offset += 8) {
        const cpu::Selector selector{static_cast<std::uint16_t>(offset)};
        const auto found = *descriptor(selector);
        const bool fits = code ? found.is_code() && !found.conforming()
                               : found.writable() && !found.expand_down();
        if (fits && found.present() && found.dpl() == 0 && found.is_32bit() && found.base() == 0 &&
            found.limit() == 0xFFFFFFFF) {
            return selector;
        }
    }
    throw InputError(2, fmt::format("{}: DTAB: the GDT has no flat 32-bit {} segment of ring 0 for "
                                    "the handlers",
                                    file_, code ? "code" : "data"));
}

std::optional<cpu::Descriptor> Ring3System::descriptor(cpu::Selector selector) const {
    const auto& table =
        selector.table() == cpu::TableIndicator::ldt ? environment_.ldt : environment_.gdt;
    if (selector.offset() + 8 > table.size()) {
        return std::nullopt;
    }
    return cpu::Descriptor{ringside::load<std::uint64_t>(table.data() + selector.offset())};
}

cpu::Segment Ring3System::segment(const Registers& registers, Register r,
                                  std::uint32_t test) const {
    const cpu::Selector selector{registers.low(r)};
    if (selector.is_null()) {
        return cpu::Segment::null(selector);
    }
    const auto found = descriptor(selector);
    if (!found) {
        throw InputError(2, fmt::format("{}: test {}: {} = {} is beyond its table", file_, test,
                                        register_names[static_cast<std::size_t>(r)], selector));
    }
    return cpu::Segment::from(selector, *found);
}

void Ring3System::repair() {
    if (std::exchange(changed_, false)) {
        build();
    }
}

void Ring3System::load(const Registers& registers, std::uint32_t test) {
    repair();
    write_descriptors();
    for (const auto& [r, cpu_register] : general_registers) {
        cpu_.registers[cpu_register] = registers[r];
    }
    for (const auto& [r, cpu_register] : segment_registers) {
        cpu_.segment(cpu_register) = segment(registers, r, test);
    }
    cpu_.eip = registers[Register::eip];
    cpu_.set_eflags(registers[Register::eflags] & cpu::known_eflags(cpu_.model));
    cpu_.cr2 = 0;
    cpu_.dr6 = cpu::dr6::ones;
    cpu_.dr7 = cpu::dr7::ones;
    reset_execution(cpu_);
    cpu_.set_cpl(3);
    delivered_.reset();
}

void Ring3System::run_in_ring_0(std::uint32_t eip, std::uint32_t length) {
    repair();
    for (const auto& [r, cpu_register] : segment_registers) {
        const cpu::Selector selector = r == Register::cs ? ring_0_code_ : ring_0_stack_;
        cpu_.segment(cpu_register) = cpu::Segment::from(selector, *descriptor(selector));
    }
    cpu_.set_eflags(cpu::flag::fixed);
    cpu_.cr0 &= ~(cpu::cr0::ts | cpu::cr0::em);
    cpu_.cr4 |= cpu::cr4::osfxsr;
    cpu_.eip = eip;
    reset_execution(cpu_);
    cpu_.set_cpl(0);
    run(1);
    ensure(cpu_.eip == eip + length, "the vector machine's own instruction");
    cpu_.cr0 = environment_.cr0;
    cpu_.cr4 = environment_.cr4;
}

void Ring3System::read_registers(Observation& seen) const {
    for (const auto& [r, cpu_register] : general_registers) {
        seen.registers[r] = cpu_.registers[cpu_register];
    }
    for (const auto& [r, cpu_register] : segment_registers) {
        seen.registers[r] = cpu_.segment(cpu_register).selector.value();
    }
    seen.registers[Register::eip] = cpu_.eip;
    seen.registers[Register::eflags] = cpu_.eflags();
    if (delivered_) {
        read_event(seen);
    }
}

/// The interrupted context as the handler finds it: in the frame on the ring-0 stack.
void Ring3System::read_event(Observation& seen) const {
    Outcome& outcome = seen.outcome;
    outcome.event = true;
    outcome.vector = static_cast<std::uint8_t>(delivered_->vector);
    outcome.has_error_code = delivered_->has_error_code;
    if (delivered_->vector == cpu::Vector::page_fault) {
        outcome.page_fault_address = cpu_.cr2;
    }
    std::uint32_t at = cpu_.registers[GeneralRegister::esp];
    const std::uint32_t size = layout::stack_top - at;
    if (size != (outcome.has_error_code ? 24U : 20U)) {
        seen.trouble = fmt::format("a frame of {} bytes", size);
        return;
    }
    const auto pop = [this, &at] {
        const auto value = physical_memory_.read<std::uint32_t>(physical(at));
        at += 4;
        return value;
    };
    if (outcome.has_error_code) {
        outcome.error_code = pop();
    }
    seen.registers[Register::eip] = pop();
    seen.registers[Register::cs] = pop() & 0xFFFFU;
    seen.registers[Register::eflags] = pop();
    seen.registers[Register::esp] = pop();
    seen.registers[Register::ss] = pop() & 0xFFFFU;
}

void Ring3System::transition(const cpu::Transition& transition) {
    // A task switch may load and store anything.
    changed_ = changed_ || transition.kind == cpu::TransitionKind::task_switch ||
               transition.kind == cpu::TransitionKind::task_jump ||
               transition.kind == cpu::TransitionKind::task_call ||
               transition.kind == cpu::TransitionKind::task_return;
    if (transition.after.cpl() == 0) {
        delivered_ = transition;
        cpu_.exit.kind = cpu::ExitKind::debug_stop;
    }
}

void Ring3System::reached(LinearAddress) {
    cpu_.exit.kind = cpu::ExitKind::debug_stop;
}

}  // namespace ringside::vectors
