// SPDX-License-Identifier: MIT
#include "cpu/real_mode/real_machine.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

unsigned digit(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

cpu::Segment segment_of(std::uint16_t paragraph) {
    const std::uint32_t base = std::uint32_t{paragraph} << 4;
    return cpu::Segment::from(cpu::Selector{paragraph},
                              cpu::Descriptor{0xFFFF, 0x9300}.with_base(base));
}

}  // namespace

RealMachine::RealMachine(cpu::Model model) : memory(0x120000), mmu(memory), cpu(model, mmu) {
    for (std::uint32_t vector = 0; vector < 256; ++vector) {
        set_dword(0, vector * 4, (std::uint32_t{handlers} << 16) | (vector * 16));
        place(handlers * 16U + vector * 16, "f4");
    }
    cpu.idtr = {{0}, 0x3FF};
    cpu.segment(cpu::SegmentRegister::cs) = segment_of(code);
    cpu.segment(cpu::SegmentRegister::ds) = segment_of(data);
    cpu.segment(cpu::SegmentRegister::es) = segment_of(extra);
    cpu.segment(cpu::SegmentRegister::ss) = segment_of(stack);
    cpu.segment(cpu::SegmentRegister::fs) = segment_of(0);
    cpu.segment(cpu::SegmentRegister::gs) = segment_of(0);
    cpu.eip = start;
    reg(cpu::GeneralRegister::esp) = top;
    reg(cpu::GeneralRegister::edx) = 0;
    cpu.paging_changed();
    cpu.observer = this;
}

RealMachine::~RealMachine() {
    cpu.observer = nullptr;
}

void RealMachine::place(std::uint32_t address, std::string_view hex) {
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

cpu::Exit RealMachine::run(std::string_view hex, std::uint64_t clocks) {
    place(code * 16U + start, hex);
    return cpu.run(cpu.clock + clocks * cpu::traits(cpu.model).ticks_per_clock);
}

bool RealMachine::interrupted(unsigned vector, std::uint32_t offset) const {
    if (transitions.empty()) {
        UNSCOPED_INFO("nothing came");
        return false;
    }
    const cpu::Transition& t = transitions.front();
    UNSCOPED_INFO("vector " << static_cast<unsigned>(t.vector) << ", at +" << t.before.eip - start);
    return t.vector == cpu::Vector{static_cast<std::uint8_t>(vector)} && !t.has_error_code &&
           t.before.eip == start + offset && selector(cpu::SegmentRegister::cs) == handlers &&
           cpu.eip == vector * 16 + 1;
}

std::uint16_t RealMachine::word(std::uint16_t paragraph, std::uint32_t offset) const {
    return memory.read<std::uint16_t>(PhysicalAddress{paragraph * 16U + offset});
}

std::uint32_t RealMachine::dword(std::uint16_t paragraph, std::uint32_t offset) const {
    return memory.read<std::uint32_t>(PhysicalAddress{paragraph * 16U + offset});
}

void RealMachine::set_dword(std::uint16_t paragraph, std::uint32_t offset, std::uint32_t value) {
    memory.write(PhysicalAddress{paragraph * 16U + offset}, value);
}

}  // namespace ringside::test
