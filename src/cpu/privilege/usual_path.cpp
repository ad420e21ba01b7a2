// SPDX-License-Identifier: MIT
#include "cpu/privilege/usual_path.hpp"

#include "cpu/context.hpp"
#include "cpu/privilege/interrupt_return.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {
namespace {

/// Somebody wants to hear of the transition or of its accesses.
bool is_watched(const Cpu& cpu) {
    return cpu.observer != nullptr || cpu.armed != 0 || cpu.level == timing::Level::memory;
}

/// Host address of `size` bytes that the processor itself may read without a walk, or null.
const std::byte* at_hand(Cpu& cpu, LinearAddress a, std::uint32_t size) {
    const mmu::TlbEntry& entry = cpu.mmu.tlb(mmu::Privilege::supervisor).slot(a);
    return entry.read_tag == page_of(a + (size - 1)).value ? entry.host(a) : nullptr;
}

/// The flat descriptor of the GDT with these rights that a selector names; 0 when it names another.
Descriptor flat_descriptor(Cpu& cpu, Selector selector, std::uint32_t rights) {
    const std::byte* const host = at_hand(cpu, cpu.gdtr.base + selector.offset(), 8);
    if (host == nullptr || selector.is_null() || selector.table() != TableIndicator::gdt ||
        selector.offset() + 7 > cpu.gdtr.limit) [[unlikely]] {
        return {};
    }
    const Descriptor found{load<std::uint64_t>(host)};
    return found.is_flat() && found.rights() == rights ? found : Descriptor{};
}

}  // namespace

bool enter_usual_way(Cpu& cpu, const Event& event, std::uint32_t return_eip) {
    constexpr std::uint32_t user = block_mode::user | block_mode::protected_mode;
    const std::uint32_t offset = static_cast<std::uint32_t>(event.vector) * 8;
    const std::byte* const gate_at = at_hand(cpu, cpu.idtr.base + offset, 8);
    if ((cpu.mode & user) != user || is_watched(cpu) || gate_at == nullptr ||
        offset + 7 > cpu.idtr.limit) [[unlikely]] {
        return false;
    }
    const Descriptor gate{load<std::uint64_t>(gate_at)};
    // Present, and of 32 bits; the last bit tells a trap gate from an interrupt gate.
    const bool usual_gate = (gate.rights() & 0x9EU) == 0x8EU;
    if (!usual_gate || (event.is_software() && gate.dpl() != 3)) [[unlikely]] {
        return false;
    }
    const Descriptor code = flat_descriptor(cpu, gate.gate_selector(), usual_rights::code(0));
    const std::byte* const stack_at = at_hand(cpu, cpu.tr.base + tss32::esp0, 8);
    const bool has_stack = cpu.tr.valid && is_tss32(cpu.tr) && cpu.tr.limit >= tss32::esp0 + 7;
    if (!code.present() || stack_at == nullptr || !has_stack) [[unlikely]] {
        return false;
    }
    const auto esp0 = load<std::uint32_t>(stack_at);
    const Selector ss0{load<std::uint16_t>(stack_at + 4)};
    const Descriptor stack = flat_descriptor(cpu, ss0, usual_rights::data(0));
    const std::uint32_t size = event.has_error_code() ? 24 : 20;
    const std::uint32_t top = esp0 - size;
    std::byte* frame = cpu.writable_at({top}, size, mmu::Privilege::supervisor);
    if (!stack.present() || ss0.rpl() != 0 || frame == nullptr) [[unlikely]] {
        return false;
    }

    Segment& ss = cpu.segment(SegmentRegister::ss);
    Segment& cs = cpu.segment(SegmentRegister::cs);
    std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
    if (event.has_error_code()) {
        store<std::uint32_t>(frame, event.error_code);
        frame += 4;
    }
    store<std::uint32_t>(frame, return_eip);
    store<std::uint32_t>(frame + 4, cs.selector.value());
    store<std::uint32_t>(frame + 8, eflags_image(cpu, event));
    store<std::uint32_t>(frame + 12, esp);
    store<std::uint32_t>(frame + 16, ss.selector.value());
    ss.load_flat(ss0, stack);
    cs.load_flat(gate.gate_selector().with_rpl(0), code);
    esp = top;
    cpu.eip = gate.gate_offset();
    const bool trap_gate = (gate.type() & 1) != 0;
    cpu.system_flags &= ~(flag::tf | flag::nt | flag::rf | (trap_gate ? 0U : flag::intf));
    cpu.cpl = 0;
    cpu.enter_context();
    return true;
}

bool return_usual_way(Cpu& cpu) {
    constexpr std::uint32_t asked = block_mode::protected_mode | block_mode::flat_data;
    const std::byte* const frame = cpu.readable_at({cpu.registers[GeneralRegister::esp]}, 20);
    if ((cpu.mode & asked) != asked || cpu.cpl != 0 || is_watched(cpu) || frame == nullptr ||
        (cpu.system_flags & flag::nt) != 0) [[unlikely]] {
        return false;
    }
    const Selector cs{load<std::uint16_t>(frame + 4)};
    const Selector ss{load<std::uint16_t>(frame + 16)};
    const auto image = load<std::uint32_t>(frame + 8);
    if (cs.rpl() != 3 || ss.rpl() != 3 || (image & flag::vm) != 0) [[unlikely]] {
        return false;
    }
    const Descriptor code = flat_descriptor(cpu, cs, usual_rights::code(3));
    const Descriptor stack = flat_descriptor(cpu, ss, usual_rights::data(3));
    if (!code.present() || !stack.present()) [[unlikely]] {
        return false;
    }
    const std::uint32_t eflags = returned_eflags(cpu, image, 0xFFFFFFFFU);
    cpu.eip = load<std::uint32_t>(frame);
    cpu.registers[GeneralRegister::esp] = load<std::uint32_t>(frame + 12);
    cpu.segment(SegmentRegister::cs).load_flat(cs, code);
    cpu.segment(SegmentRegister::ss).load_flat(ss, stack);
    drop_privileged_segments(cpu, 3);
    cpu.cpl = 3;
    cpu.load_eflags(eflags);
    cpu.enter_context();
    return true;
}

}  // namespace ringside::cpu
