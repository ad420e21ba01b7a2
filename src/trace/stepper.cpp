// SPDX-License-Identifier: MIT
#include "trace/stepper.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "cpu/decode/decoder.hpp"

namespace ringside::trace {
namespace {

constexpr std::size_t longest_instruction = 15;

/// The bytes from an address on that can be read, at most those of one instruction.
std::size_t code_at(const guest::Machine& machine, LinearAddress at, std::span<std::byte> to) {
    const std::size_t in_page = page_size - page_offset(at);
    if (in_page >= to.size()) {
        return machine.peek(at, to) ? to.size() : 0;
    }
    if (!machine.peek(at, to.first(in_page))) {
        return 0;
    }
    const LinearAddress next = at + static_cast<std::uint32_t>(in_page);
    return machine.peek(next, to.subspan(in_page)) ? to.size() : in_page;
}

}  // namespace

Stepper::Stepper(guest::Machine& machine, guest::Personality& personality, const Tracer& tracer,
                 Sink& sink, Scope scope)
    : machine_(machine), personality_(personality), tracer_(tracer), sink_(sink), scope_(scope) {
    machine.observers().add(*this, {}, guest::ControlFlow::followed);
}

Stepper::~Stepper() {
    machine_.observers().remove(*this);
}

void Stepper::flow(cpu::Flow point, LinearAddress address) {
    const cpu::Cpu& cpu = machine_.cpu();
    const bool is_user = cpu.cpl == 3;
    if (point != cpu::Flow::block || !tracer_.is_active() || (scope_ == Scope::user && !is_user) ||
        (scope_ == Scope::kernel && is_user)) {
        return;
    }
    Instruction instruction;
    instruction.thread = tracer_.thread();
    instruction.ring = cpu.cpl;
    instruction.at = address;
    instruction.clock = cpu.cycles();
    if (const auto place = personality_.symbols().place(address)) {
        instruction.module = place->module;
        instruction.place = place->text();
    } else {
        instruction.place = fmt::format("{:08X}", address.value);
    }
    std::array<std::byte, longest_instruction> bytes{};
    const auto code = std::span(bytes).first(code_at(machine_, address, bytes));
    const cpu::Segment& cs = cpu.segment(cpu::SegmentRegister::cs);
    cpu::Decoded decoded;
    std::size_t length = 1;
    if (cpu::decode(code, cs.is_32bit(), decoded) == cpu::DecodeResult::ok) {
        length = decoded.instruction.length;
    }
    for (const std::byte byte : code.first(std::min(length, code.size()))) {
        instruction.bytes += fmt::format("{}{:02X}", instruction.bytes.empty() ? "" : " ",
                                         std::to_integer<unsigned>(byte));
    }
    instruction.text = cpu::disassemble(code, cs.is_32bit(), address.value - cs.base);
    sink_.instruction(instruction);
}

}  // namespace ringside::trace
