// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/breakpoints.hpp"
#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/port_right.hpp"
#include "cpu/string.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::PortForm;
using timing::PortRight;

/// Leaves with cpu.exit set and control behind the instruction.
const Op* leave(Cpu& cpu, const Op* op, std::uint64_t ticks, const Exit& exit) {
    cpu.clock += ticks;
    cpu.eip = cpu.eip_of(op) + op->length;
    cpu.exit = exit;
    note_port_access(cpu, exit.port, exit.size);
    return nullptr;
}

template <typename W>
Exit port_exit(std::uint16_t port, bool write, std::uint32_t value, bool immediate_port) {
    Exit exit;
    exit.kind = ExitKind::port_io;
    exit.port = port;
    exit.size = sizeof(W);
    exit.write = write;
    exit.value = value;
    exit.immediate_port = immediate_port;
    return exit;
}

std::uint16_t dx(const Cpu& cpu) {
    return cpu.registers.get<std::uint16_t>(RegisterFile::offset_of(GeneralRegister::edx));
}

std::uint64_t port_ticks(const Cpu& cpu, const Op* op, PortForm form, PortRight right) {
    return op->clocks + cpu.clocks.port_ticks(form, right);
}

template <typename W, bool immediate>
const Op* input(Cpu& cpu, const Op* op) {
    const std::uint16_t port = immediate ? static_cast<std::uint8_t>(op->immediate) : dx(cpu);
    const PortRight right = require_port(cpu, port, sizeof(W));
    return leave(cpu, op,
                 port_ticks(cpu, op, immediate ? PortForm::in_imm : PortForm::in_dx, right),
                 port_exit<W>(port, false, 0, immediate));
}

template <typename W, bool immediate>
const Op* output(Cpu& cpu, const Op* op) {
    const std::uint16_t port = immediate ? static_cast<std::uint8_t>(op->immediate) : dx(cpu);
    const PortRight right = require_port(cpu, port, sizeof(W));
    return leave(cpu, op,
                 port_ticks(cpu, op, immediate ? PortForm::out_imm : PortForm::out_dx, right),
                 port_exit<W>(port, true, cpu.registers.get<W>(0), immediate));
}

/// Moves a string pointer behind its element, in the direction of DF.
template <typename W>
void advance(Cpu& cpu, const Op* op, GeneralRegister pointer) {
    const std::uint8_t at = RegisterFile::offset_of(pointer);
    const bool down = (cpu.system_flags & flag::df) != 0;
    const std::uint32_t step = down ? 0U - static_cast<std::uint32_t>(sizeof(W)) : sizeof(W);
    if ((op->modes & op_mode::address16) != 0) {
        cpu.registers.set<std::uint16_t>(
            at, static_cast<std::uint16_t>(cpu.registers.get<std::uint16_t>(at) + step));
    } else {
        cpu.registers[pointer] += step;
    }
}

std::uint32_t string_offset(const Cpu& cpu, const Op* op, GeneralRegister pointer) {
    const std::uint32_t offset = cpu.registers[pointer];
    return (op->modes & op_mode::address16) != 0 ? offset & 0xFFFFU : offset;
}

/// The elements of a repeated form leave one by one, with EIP at the instruction until the last, so
/// that it restarts at every border. Each is charged what it adds to the figure of the whole.
class Repetition {
  public:
    Repetition(Cpu& cpu, const Op* op, PortForm repeated, PortRight right) : cpu_(cpu), op_(op) {
        const std::uint32_t ecx = cpu.registers[GeneralRegister::ecx];
        left_ = (op->modes & op_mode::address16) != 0 ? ecx & 0xFFFFU : ecx;
        formula_ = cpu.clocks.port(repeated, right).formula;
    }
    [[nodiscard]] bool done() const { return left_ == 0; }
    [[nodiscard]] std::uint64_t ticks() const {
        const std::uint64_t before = left_ > 1 ? formula_->ticks(left_ - 1) : 0;
        return formula_->ticks(left_) - before;
    }
    /// Counts one element; false when it was the last.
    bool count() {
        --left_;
        const std::uint8_t ecx = RegisterFile::offset_of(GeneralRegister::ecx);
        if ((op_->modes & op_mode::address16) != 0) {
            cpu_.registers.set<std::uint16_t>(ecx, static_cast<std::uint16_t>(left_));
        } else {
            cpu_.registers.set<std::uint32_t>(ecx, left_);
        }
        return left_ != 0;
    }

  private:
    Cpu& cpu_;
    const Op* op_;
    std::uint32_t left_;
    const timing::Formula* formula_;
};

/// One element's exit, and for a repeated form the bookkeeping of the count.
template <typename W, bool repeated>
const Op* leave_element(Cpu& cpu, const Op* op, PortForm single, PortForm many, PortRight right,
                        GeneralRegister pointer, const Exit& exit) {
    advance<W>(cpu, op, pointer);
    if constexpr (repeated) {
        Repetition repetition(cpu, op, many, right);
        const std::uint64_t ticks = repetition.ticks();
        if (repetition.count()) {
            cpu.clock += ticks_before(cpu, op) + ticks;
            cpu.eip = cpu.eip_of(op);
            cpu.exit = exit;
            stay_begun(cpu);
            note_port_access(cpu, exit.port, exit.size);
            return nullptr;
        }
        return leave(cpu, op, op->clocks + ticks, exit);
    } else {
        return leave(cpu, op, port_ticks(cpu, op, single, right), exit);
    }
}

/// A repeated form with a count of zero does nothing, but has its price.
template <bool repeated>
bool nothing_to_do(Cpu& cpu, const Op* op, PortForm many, PortRight right) {
    if constexpr (repeated) {
        const Repetition repetition(cpu, op, many, right);
        if (repetition.done()) {
            cpu.clock += op->clocks + repetition.ticks();
            cpu.eip = cpu.eip_of(op) + op->length;
            return true;
        }
    }
    return false;
}

// The destination is found writable before the port is asked; complete_in writes it.
template <typename W, bool repeated>
const Op* input_string(Cpu& cpu, const Op* op) {
    const PortRight right = require_port(cpu, dx(cpu), sizeof(W));
    if (nothing_to_do<repeated>(cpu, op, PortForm::repeated_ins, right)) {
        return nullptr;
    }
    const LinearAddress to =
        linear(cpu, SegmentRegister::es, string_offset(cpu, op, GeneralRegister::edi), sizeof(W),
               mmu::Access::write);
    cpu.require_aligned(to, sizeof(W));
    cpu.probe(to, sizeof(W), mmu::Access::write, cpu.privilege());
    Exit exit = port_exit<W>(dx(cpu), false, 0, false);
    exit.destination = to;
    return leave_element<W, repeated>(cpu, op, PortForm::ins, PortForm::repeated_ins, right,
                                      GeneralRegister::edi, exit);
}

template <typename W, bool repeated>
const Op* output_string(Cpu& cpu, const Op* op) {
    const PortRight right = require_port(cpu, dx(cpu), sizeof(W));
    if (nothing_to_do<repeated>(cpu, op, PortForm::repeated_outs, right)) {
        return nullptr;
    }
    const W value = cpu.read<W>(linear(cpu, static_cast<SegmentRegister>(op->segment),
                                       string_offset(cpu, op, GeneralRegister::esi), sizeof(W),
                                       mmu::Access::read));
    return leave_element<W, repeated>(cpu, op, PortForm::outs, PortForm::repeated_outs, right,
                                      GeneralRegister::esi,
                                      port_exit<W>(dx(cpu), true, value, false));
}

Selection select_input(const Decoded& d, std::uint32_t) {
    return with_width(d.width(0), [&]<typename W>() -> Selection {
        return d.is_immediate(1) ? Selection{&ending<&input<W, true>>, true}
                                 : Selection{&ending<&input<W, false>>, true};
    });
}

Selection select_output(const Decoded& d, std::uint32_t) {
    return with_width(d.width(1), [&]<typename W>() -> Selection {
        return d.is_immediate(0) ? Selection{&ending<&output<W, true>>, true}
                                 : Selection{&ending<&output<W, false>>, true};
    });
}

bool is_repeated(const Decoded& d) {
    return d.has(ZYDIS_ATTRIB_HAS_REP) || d.has(ZYDIS_ATTRIB_HAS_REPE) ||
           d.has(ZYDIS_ATTRIB_HAS_REPNE);
}

template <typename W>
Selection select_input_string(const Decoded& d, std::uint32_t) {
    return is_repeated(d) ? Selection{&ending<&input_string<W, true>>, true}
                          : Selection{&ending<&input_string<W, false>>, true};
}

template <typename W>
Selection select_output_string(const Decoded& d, std::uint32_t) {
    return is_repeated(d) ? Selection{&ending<&output_string<W, true>>, true}
                          : Selection{&ending<&output_string<W, false>>, true};
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_IN, select_input, "IN", Model::i386, "SDM vol. 2, IN"},
    Instruction{ZYDIS_MNEMONIC_INSB, select_input_string<std::uint8_t>, "INS", Model::i386,
                "SDM vol. 2, INS"},
    Instruction{ZYDIS_MNEMONIC_INSD, select_input_string<std::uint32_t>, "INS", Model::i386,
                "SDM vol. 2, INS"},
    Instruction{ZYDIS_MNEMONIC_INSW, select_input_string<std::uint16_t>, "INS", Model::i386,
                "SDM vol. 2, INS"},
    Instruction{ZYDIS_MNEMONIC_OUT, select_output, "OUT", Model::i386, "SDM vol. 2, OUT"},
    Instruction{ZYDIS_MNEMONIC_OUTSB, select_output_string<std::uint8_t>, "OUTS", Model::i386,
                "SDM vol. 2, OUTS"},
    Instruction{ZYDIS_MNEMONIC_OUTSD, select_output_string<std::uint32_t>, "OUTS", Model::i386,
                "SDM vol. 2, OUTS"},
    Instruction{ZYDIS_MNEMONIC_OUTSW, select_output_string<std::uint16_t>, "OUTS", Model::i386,
                "SDM vol. 2, OUTS"},
};

}  // namespace

std::span<const Instruction> io_instructions() {
    return table;
}

void complete_in(Cpu& cpu, std::uint32_t value) {
    const Exit& exit = cpu.exit;
    const auto put = [&]<typename W>(W narrow) {
        if (exit.destination) {
            cpu.write<W>(*exit.destination, narrow);
        } else {
            cpu.registers.set<W>(0, narrow);
        }
    };
    switch (exit.size) {
        case 1: put(static_cast<std::uint8_t>(value)); break;
        case 2: put(static_cast<std::uint16_t>(value)); break;
        default: put(value); break;
    }
}

}  // namespace ringside::cpu
