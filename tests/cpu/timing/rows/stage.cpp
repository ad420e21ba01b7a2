// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/stage.hpp"

#include <fmt/format.h>

namespace ringside::test {
namespace {

using cpu::GeneralRegister;

constexpr std::uint32_t vm_with_iopl3 = cpu::flag::vm | cpu::flag::iopl | cpu::flag::fixed;
/// Offsets of EBX in the data segment, and from EBX to ESI and EDI.
constexpr std::uint32_t flat_data = 0x50000;
constexpr std::uint32_t paragraph_data = 0x0200;
constexpr std::uint32_t source = 0x1000;
constexpr std::uint32_t destination = 0x4000;

}  // namespace

Bytes from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 3) {
        bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
    return bytes;
}

std::string to_hex(const Bytes& bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, " "));
}

std::string_view name_of(Where where) {
    switch (where) {
        case Where::protected_mode: return "protected mode";
        case Where::user: return "ring 3";
        case Where::real: return "real mode";
        case Where::v86: return "virtual 8086 mode";
    }
    return {};
}

Stage::Stage(Where where, cpu::Model model) : where_(where) {
    switch (where) {
        case Where::protected_mode:
        case Where::user:
            rings_ = std::make_unique<Rings>(where == Where::user ? 3 : 0, model);
            cpu_ = &rings_->cpu;
            memory_ = &rings_->memory;
            start_ = Rings::start;
            settle(0, flat_data, Rings::stack_top);
            break;
        case Where::real:
            real_ = std::make_unique<RealMachine>(model);
            cpu_ = &real_->cpu;
            memory_ = &real_->memory;
            start_ = RealMachine::start;
            settle(RealMachine::code * 16U, RealMachine::data * 16U,
                   RealMachine::stack * 16U + RealMachine::top);
            break;
        case Where::v86:
            virtual_ = std::make_unique<VirtualMachine>(vm_with_iopl3, model);
            virtual_->step_in();
            virtual_->rings.transitions.clear();
            cpu_ = &virtual_->rings.cpu;
            memory_ = &virtual_->rings.memory;
            start_ = VirtualMachine::start;
            settle(VirtualMachine::code * 16U, VirtualMachine::ds * 16U,
                   VirtualMachine::stack * 16U + VirtualMachine::stack_top);
            break;
    }
}

void Stage::settle(std::uint32_t code, std::uint32_t data, std::uint32_t stack) {
    const std::uint32_t offset = code32() ? data : paragraph_data;
    code_ = code;
    data_ = code32() ? data : data + paragraph_data;
    stack_ = stack;
    for (const auto r : {GeneralRegister::eax, GeneralRegister::ecx, GeneralRegister::edx}) {
        reg(r) = 0;
    }
    if (!code32()) {
        cpu_->segment(cpu::SegmentRegister::es) = cpu_->segment(cpu::SegmentRegister::ds);
    }
    reg(GeneralRegister::ebx) = offset;
    reg(GeneralRegister::esi) = offset + source;
    reg(GeneralRegister::edi) = offset + destination;
    reg(GeneralRegister::ebp) = reg(GeneralRegister::esp);
}

void Stage::write(std::uint32_t linear, std::uint32_t value) {
    memory_->write(PhysicalAddress{linear}, value);
}

void Stage::set_data(std::uint32_t offset, std::uint32_t value) {
    write(data_ + offset, value);
}

std::uint8_t Stage::data(std::uint32_t offset) const {
    return memory_->read<std::uint8_t>(PhysicalAddress{data_ + offset});
}

void Stage::set_stack(std::uint32_t offset, std::uint32_t value) {
    write(stack_ + offset, value);
}

void Stage::set_code(std::uint32_t eip, const Bytes& bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        memory_->write(PhysicalAddress{code_ + eip + static_cast<std::uint32_t>(i)}, bytes[i]);
    }
}

std::uint16_t Stage::selector() const {
    return code32() ? Rings::data0 : RealMachine::stack;
}

std::uint16_t Stage::code_selector() const {
    return cpu_->segment(cpu::SegmentRegister::cs).selector.value();
}

void Stage::ready_x87() {
    // fninit / fld1 / fld1 / fld1
    set_code(start_, from_hex("db e3 d9 e8 d9 e8 d9 e8"));
    while (cpu_->eip != start_ + 8) {
        run(1);
    }
    cpu_->eip = start_;
}

void Stage::ready_sse() {
    cpu_->cr4 |= cpu::cr4::osfxsr;
    cpu_->context_changed();
}

void Stage::set_flags(std::uint32_t bits) {
    cpu_->set_eflags((cpu_->eflags() & ~cpu::flag::arithmetic) | bits);
}

std::uint64_t Stage::run(std::uint64_t ticks) {
    const std::uint64_t before = cpu_->clock;
    cpu_->run(before + ticks);
    return cpu_->clock - before;
}

}  // namespace ringside::test
