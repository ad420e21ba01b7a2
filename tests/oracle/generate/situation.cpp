// SPDX-License-Identifier: MIT
#include "oracle/generate/situation.hpp"

#include <array>

#include "cpu/eflags.hpp"
#include "oracle/generate/operands.hpp"
#include "oracle/generate/special.hpp"
#include "oracle/generate/values.hpp"
#include "oracle/layout.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

struct Segments {
    std::uint32_t weight;
    std::uint16_t cs, ss, ds, es, fs, gs;
};

// Selectors are those of segments.hpp.
constexpr std::array environments{Segments{30, 0x0F, 0x07, 0x07, 0x07, 0x1F, 0x27},
                                  Segments{16, 0x23, 0x2B, 0x2B, 0x2B, 0x1F, 0x67},
                                  Segments{8, 0x0F, 0x5F, 0x5F, 0x1F, 0x07, 0x67},
                                  Segments{8, 0x0F, 0x07, 0x27, 0x2F, 0x37, 0x3F},
                                  Segments{6, 0x57, 0x1F, 0x07, 0x07, 0x27, 0x00},
                                  Segments{3, 0x47, 0x07, 0x0F, 0x00, 0x2F, 0x1F},
                                  Segments{12, 0x17, 0x1F, 0x1F, 0x1F, 0x07, 0x27},
                                  Segments{6, 0x17, 0x5F, 0x1F, 0x5F, 0x27, 0x37},
                                  Segments{6, 0x17, 0x07, 0x07, 0x07, 0x1F, 0x3F},
                                  Segments{3, 0x7F, 0x1F, 0x27, 0x2F, 0x37, 0x00},
                                  Segments{2, 0x0F, 0x37, 0x07, 0x07, 0x1F, 0x3F}};

const Segments& choose_segments(Random& random) {
    std::uint32_t dice = random.below(100);
    for (const Segments& segments : environments) {
        if (dice < segments.weight) {
            return segments;
        }
        dice -= segments.weight;
    }
    return environments.front();
}

std::uint32_t choose_stack(Random& random, std::uint16_t ss) {
    std::uint32_t linear = layout::stack + 0x800 + 4 * random.below(0x200);
    if (random.percent(10)) {
        linear += random.below(4);
    }
    if (random.percent(5)) {
        linear = random.percent(50) ? layout::stack + random.below(40)
                                    : layout::stack_end - random.below(40);
    } else if (random.percent(3)) {
        linear = layout::stack + layout::page - 16 + random.below(32);
    }
    std::uint32_t esp = linear - base_of(ss);
    if (!is_32bit(ss)) {
        esp = (esp & 0xFFFF) | (random.percent(50) ? random.u32() & 0xFFFF0000 : 0);
        if (random.percent(3)) {
            esp = (esp & 0xFFFF0000) | ((0xFFF8 + random.below(16)) & 0xFFFF);
        }
    }
    return esp;
}

std::uint32_t choose_eflags(Random& random, std::uint16_t ss) {
    namespace flag = cpu::flag;
    std::uint32_t eflags = flag::fixed | flag::intf | (random.u32() & flag::arithmetic);
    if (random.percent(20)) {
        eflags |= flag::df;
    }
    if (random.percent(3)) {
        eflags |= flag::ac;
    }
    if (random.percent(3)) {
        eflags |= flag::id;
    }
    // The real processor gets TF by an IRET, which loads only SP of a 16-bit stack.
    if (is_32bit(ss) && random.percent(1)) {
        eflags |= flag::tf;
    }
    return eflags;
}

/// The register that moves a memory operand, or 0 when its displacement must.
ZydisRegister mover_of(const ZydisDecodedOperand& operand) {
    const auto& memory = operand.mem;
    const bool base_is_free = memory.base != memory.index && memory.base != ZYDIS_REGISTER_ESP;
    if (memory.base != ZYDIS_REGISTER_NONE && base_is_free) {
        return memory.base;
    }
    return memory.index != ZYDIS_REGISTER_NONE && memory.scale <= 1 && memory.base != memory.index
               ? memory.index
               : ZYDIS_REGISTER_NONE;
}

/// Makes the operand stand at `offset` of its segment, if anything in it can be moved.
void move_operand(Encoded& encoded, vectors::Registers& registers,
                  const ZydisDecodedOperand& operand, std::uint32_t offset, Random& random,
                  bool code32) {
    const std::uint32_t delta = offset - effective_address(registers, encoded.decoded, operand);
    const auto& disp = encoded.decoded.instruction.raw.disp;
    const bool whole = disp.size == 32 || (disp.size == 16 && encoded.decoded.address16());
    const ZydisRegister mover = mover_of(operand);
    if (whole && (mover == ZYDIS_REGISTER_NONE || random.percent(40))) {
        const std::uint32_t value = static_cast<std::uint32_t>(disp.value) + delta;
        for (unsigned i = 0; i < disp.size / 8U; ++i) {
            encoded.bytes.at(disp.offset + i) = static_cast<std::byte>(value >> (8 * i));
        }
        decode_again(encoded, code32);
    } else if (mover != ZYDIS_REGISTER_NONE) {
        write_register(registers, mover, read_register(registers, mover) + delta);
    }
}

/// Contents of `size` bytes: integers or floating-point numbers.
void fill(Program& program, std::uint32_t linear, std::uint32_t size, bool floating,
          Random& random) {
    for (std::uint32_t i = 0; i < size; i += 16) {
        const auto bytes = interesting_vector(random);
        const auto extended = interesting_extended(random);
        const bool is_extended = floating && size == 10;
        for (std::uint32_t k = 0; k < 16 && i + k < size; ++k) {
            put(program, linear + i + k,
                is_extended ? extended.at(k)
                : floating  ? bytes[k]
                            : interesting32(random) >> (8 * (k & 3)),
                1);
        }
    }
}

bool is_floating(const cpu::Decoded& decoded) {
    switch (static_cast<int>(decoded.instruction.meta.isa_ext)) {
        case ZYDIS_ISA_EXT_X87:
        case ZYDIS_ISA_EXT_MMX:
        case ZYDIS_ISA_EXT_SSE:
        case ZYDIS_ISA_EXT_SSE2:
        case ZYDIS_ISA_EXT_SSE3: return true;
        default: return false;
    }
}

void place_memory_operand(Program& program, Encoded& encoded, Random& random, bool code32) {
    vectors::Registers& registers = program.before.registers;
    for (unsigned i = 0; i < encoded.decoded.operand_count(); ++i) {
        const ZydisDecodedOperand operand = encoded.decoded.operand(i);
        // MEM is read or written; AGEN (LEA) is only computed.
        if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY || operand.mem.type != ZYDIS_MEMOP_TYPE_MEM ||
            encoded.decoded.instruction.raw.modrm.mod == 3) {
            continue;
        }
        const std::uint32_t size = operand.size / 8U;
        std::uint32_t offset = choose_offset(random, selector_of(registers, operand.mem.segment),
                                             encoded.decoded.address16(), size);
        if ((size == 16 || size == 512) && random.percent(85)) {
            offset &= ~15U;
        }
        move_operand(encoded, registers, operand, offset, random, code32);
        const ZydisDecodedOperand& moved = encoded.decoded.operand(i);
        fill(program, linear_address(registers, encoded.decoded, moved), size,
             is_floating(encoded.decoded) && random.percent(80), random);
        return;
    }
}

/// Where the instruction stands, so that it ends at an exit or at the end of the code.
std::uint32_t choose_start(Random& random, std::size_t length, bool code32) {
    const auto size = static_cast<std::uint32_t>(length);
    const std::uint32_t dice = random.below(100);
    if (dice < 2) {
        return layout::code_end - 1 - random.below(size);  // some of it is not there
    }
    const std::uint32_t after = dice < 8 ? layout::after_crossing : layout::after_one;
    return layout::exit_address(after, code32) - size;
}

}  // namespace

State choose_state(Random& random) {
    State state;
    vectors::Registers& registers = state.registers;
    const Segments& segments = choose_segments(random);
    registers[Register::cs] = segments.cs;
    registers[Register::ss] = segments.ss;
    registers[Register::ds] = segments.ds;
    registers[Register::es] = segments.es;
    registers[Register::fs] = segments.fs;
    registers[Register::gs] = segments.gs;
    return choose_state_like(state, random);
}

State choose_state_like(const State& other, Random& random) {
    State state;
    vectors::Registers& registers = state.registers;
    registers = other.registers;
    const std::uint16_t ss = registers.low(Register::ss);
    for (const Register r : {Register::eax, Register::ecx, Register::edx, Register::ebx,
                             Register::ebp, Register::esi, Register::edi}) {
        registers[r] = interesting32(random);
    }
    registers[Register::esp] = choose_stack(random, ss);
    if (random.percent(60)) {
        registers[Register::ebp] = choose_stack(random, ss);
    }
    registers[Register::eflags] = choose_eflags(random, ss);
    state.fpu = interesting_fpu(random);
    return state;
}

Program one_instruction(Encoded& encoded, const State& state, Random& random) {
    Program program;
    program.before = state;
    vectors::Registers& registers = program.before.registers;
    const std::uint16_t cs = registers.low(Register::cs);
    const bool code32 = is_32bit(cs);
    program.start = choose_start(random, encoded.bytes.size(), code32);
    registers[Register::eip] = program.start - base_of(cs);
    // The operand may lie on the stack, whose contents then win.
    place_memory_operand(program, encoded, random, code32);
    fill(program, stack_top(registers), 16, false, random);
    make_special(program, encoded, random);
    program.code = encoded.bytes;
    return program;
}

Program no_instruction(std::vector<std::byte> bytes, const State& state) {
    Program program;
    program.before = state;
    const std::uint16_t cs = state.registers.low(Register::cs);
    program.start = layout::exit_address(layout::after_one, is_32bit(cs)) -
                    static_cast<std::uint32_t>(bytes.size());
    program.before.registers[Register::eip] = program.start - base_of(cs);
    program.code = std::move(bytes);
    return program;
}

}  // namespace ringside::oracle
