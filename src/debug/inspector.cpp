// SPDX-License-Identifier: MIT
#include "debug/inspector.hpp"

#include <algorithm>

namespace ringside::debug {

guest::InterruptedCode registers_of(const cpu::Cpu& cpu) {
    guest::InterruptedCode code;
    for (std::size_t i = 0; i < code.general.size(); ++i) {
        code.general[i] = cpu.registers[static_cast<cpu::GeneralRegister>(i)];
    }
    for (std::size_t i = 0; i < code.selectors.size(); ++i) {
        code.selectors[i] = cpu.segments[i].selector.value();
    }
    code.eip = cpu.eip;
    code.eflags = cpu.eflags();
    code.ring = cpu.cpl;
    return code;
}

guest::InterruptedCode Inspector::registers() const {
    if (frame_) {
        if (const auto code = personality_.interrupted_code(machine_, *frame_)) {
            return *code;
        }
    }
    return registers_of(machine_.cpu());
}

bool Inspector::code32() const {
    // A frame keeps no descriptor; what it interrupted in virtual 8086 mode is 16-bit code.
    return frame_ ? (registers().eflags & cpu::flag::vm) == 0
                  : machine_.cpu().segment(cpu::SegmentRegister::cs).is_32bit();
}

LinearAddress Inspector::place() const {
    const guest::InterruptedCode code = registers();
    if (!frame_) {
        return LinearAddress{machine_.cpu().segment(cpu::SegmentRegister::cs).base + code.eip};
    }
    const bool v86 = (code.eflags & cpu::flag::vm) != 0;
    const auto cs = code.selectors[static_cast<std::size_t>(cpu::SegmentRegister::cs)];
    return LinearAddress{(v86 ? std::uint32_t{cs} << 4 : 0U) + code.eip};
}

bool Inspector::read(LinearAddress from, std::span<std::byte> to) const {
    while (!to.empty()) {
        const auto part = to.first(std::min<std::size_t>(to.size(), page_size - page_offset(from)));
        if (!machine_.peek(from, part) && !personality_.preview(machine_, from, part)) {
            return false;
        }
        to = to.subspan(part.size());
        from += static_cast<std::uint32_t>(part.size());
    }
    return true;
}

}  // namespace ringside::debug
