// SPDX-License-Identifier: MIT
#include "trace/hardware_frame.hpp"

#include <algorithm>
#include <array>

#include "cpu/segments/descriptor.hpp"

namespace ringside::trace {
namespace {

bool uses_paragraphs(const guest::Machine& machine, const cpu::ExecutionPoint& point) {
    return !machine.cpu().protected_mode() || (point.eflags & cpu::flag::vm) != 0;
}

std::optional<cpu::Descriptor> descriptor_of(const guest::Machine& machine,
                                             cpu::Selector selector) {
    const cpu::Cpu& cpu = machine.cpu();
    const bool local = (selector.value() & 4) != 0;
    const std::uint32_t at = selector.value() & 0xFFF8U;
    const std::uint32_t limit = local ? cpu.ldtr.limit : cpu.gdtr.limit;
    if (at == 0 || at + 7 > limit) {
        return std::nullopt;
    }
    const LinearAddress entry = (local ? cpu.ldtr.base : cpu.gdtr.base) + at;
    const auto low = machine.peek<std::uint32_t>(entry);
    const auto high = machine.peek<std::uint32_t>(entry + 4);
    return low && high ? std::optional(cpu::Descriptor(*low, *high)) : std::nullopt;
}

/// Base of a segment that a point names; the processor's own register where it is the same one.
std::uint32_t base_of(const guest::Machine& machine, const cpu::ExecutionPoint& point,
                      cpu::Selector selector, cpu::SegmentRegister r) {
    const cpu::Segment& now = machine.cpu().segment(r);
    if ((now.selector.value() | 3) == (selector.value() | 3)) {
        return now.base;
    }
    if (uses_paragraphs(machine, point)) {
        return std::uint32_t{selector.value()} << 4;
    }
    const auto descriptor = descriptor_of(machine, selector);
    return descriptor ? descriptor->base() : 0;
}

}  // namespace

LinearAddress linear_address(const guest::Machine& machine, const cpu::ExecutionPoint& point) {
    return {base_of(machine, point, point.cs, cpu::SegmentRegister::cs) + point.eip};
}

std::optional<Frame> hardware_frame(const guest::Machine& machine, const cpu::Transition& entry,
                                    std::string_view gate_type) {
    if (entry.kind != cpu::TransitionKind::software_interrupt &&
        entry.kind != cpu::TransitionKind::exception &&
        entry.kind != cpu::TransitionKind::hardware_interrupt) {
        return std::nullopt;
    }
    const bool narrow = !machine.cpu().protected_mode() || gate_type.find("16") != gate_type.npos;
    const std::uint32_t size = narrow ? 2 : 4;
    const bool from_v86 =
        machine.cpu().protected_mode() && (entry.before.eflags & cpu::flag::vm) != 0;
    const bool changes_stack = from_v86 || entry.after.cpl() < entry.before.cpl();
    constexpr std::array names{"ErrorCode", "EIP", "CS", "EFLAGS", "ESP",
                               "SS",        "ES",  "DS", "FS",     "GS"};
    const auto first = names.begin() + (entry.has_error_code ? 0 : 1);
    const auto last = names.begin() + (from_v86 ? 10 : changes_stack ? 6 : 4);
    const std::uint32_t base =
        base_of(machine, entry.after, entry.after.ss, cpu::SegmentRegister::ss);
    Frame frame{
        narrow ? "16-bit frame" : "32-bit frame", LinearAddress{base + entry.after.esp}, {}};
    std::uint32_t offset = 0;
    for (auto name = first; name != last; ++name, offset += size) {
        std::uint32_t value = 0;
        static_cast<void>(machine.peek(frame.at + offset,
                                       std::as_writable_bytes(std::span(&value, 1)).first(size)));
        frame.fields.push_back({*name, offset, size, value});
    }
    return frame;
}

}  // namespace ringside::trace
