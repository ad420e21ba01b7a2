// SPDX-License-Identifier: MIT
#include "cpu/stack.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename Stack, typename W, typename S>
void push_value(Cpu& cpu, const Op* op) {
    push<Stack, W>(cpu, S::template read<W>(cpu, op));
}

// A 32-bit push of a segment register moves ESP by four and writes the low word; what the high
// word gets is the processor's choice. Zero, as from the Pentium on.
template <typename Stack, typename W>
void push_segment(Cpu& cpu, const Op* op) {
    push<Stack, W>(cpu, cpu.segment(static_cast<SegmentRegister>(op->dst)).selector.value());
}

template <typename Stack, typename W>
void pop_register(Cpu& cpu, const Op* op) {
    const W value = pop<Stack, W>(cpu);
    Dst::write<W>(cpu, op, value);  // POP ESP keeps the popped value
}

// The destination's address is computed with ESP already raised; a fault leaves ESP alone.
template <typename Stack, typename W, typename M>
void pop_memory(Cpu& cpu, const Op* op) {
    std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
    const std::uint32_t before = esp;
    const W value = peek<Stack, W>(cpu);
    drop<Stack>(cpu, sizeof(W));
    const std::uint32_t raised = std::exchange(esp, before);
    Op moved = *op;
    if (op->base == RegisterFile::offset_of(GeneralRegister::esp)) {
        moved.displacement += raised - before;
    }
    cpu.write<W>(M::address(cpu, &moved, sizeof(W), mmu::Access::write), value);
    esp = raised;
}

// PUSHA writes eight values or, when one of them faults, leaves ESP where it was.
template <typename Stack, typename W>
struct PushAll {
    static void run(Cpu& cpu, const Op*) {
        const std::uint32_t top = Stack::pointer(cpu);
        for (unsigned i = 0; i < 8; ++i) {
            const std::uint32_t at = top - static_cast<std::uint32_t>((i + 1) * sizeof(W));
            cpu.write<W>(Stack::address(cpu, at, sizeof(W), mmu::Access::write),
                         cpu.registers.get<W>(static_cast<std::uint8_t>(i * 4)));
        }
        Stack::set_pointer(cpu, top - static_cast<std::uint32_t>(8 * sizeof(W)));
    }
};

// POPA loads register by register: those in front of a fault are loaded, as on silicon, and will
// be loaded again since ESP is not.
template <typename Stack, typename W>
struct PopAll {
    static void run(Cpu& cpu, const Op*) {
        constexpr unsigned skipped = 3;  // the image of ESP
        for (unsigned i = 0; i < 8; ++i) {
            const W value = peek<Stack, W>(cpu, static_cast<std::uint32_t>(i * sizeof(W)));
            if (i != skipped) {
                cpu.registers.set<W>(static_cast<std::uint8_t>((7 - i) * 4), value);
            }
        }
        drop<Stack>(cpu, static_cast<std::uint32_t>(8 * sizeof(W)));
    }
};

template <typename Stack, typename W>
struct Enter {
    static void run(Cpu& cpu, const Op* op) {
        const std::uint32_t level = op->displacement & 31U;
        const std::uint32_t size = op->immediate & 0xFFFFU;
        const std::uint8_t ebp = RegisterFile::offset_of(GeneralRegister::ebp);
        const std::uint32_t top = Stack::pointer(cpu);
        std::uint32_t at = top - static_cast<std::uint32_t>(sizeof(W));
        cpu.write<W>(Stack::address(cpu, at, sizeof(W), mmu::Access::write),
                     cpu.registers.get<W>(ebp));
        // A 32-bit frame pointer keeps the upper half of ESP even on a 16-bit stack.
        const std::uint32_t esp = cpu.registers[GeneralRegister::esp];
        const std::uint32_t frame = (esp & ~stack_mask(cpu)) | (at & stack_mask(cpu));
        if (level > 0) {
            std::uint32_t display = cpu.registers[GeneralRegister::ebp];
            for (std::uint32_t i = 1; i < level; ++i) {
                display -= static_cast<std::uint32_t>(sizeof(W));
                const W link =
                    cpu.read<W>(Stack::address(cpu, display, sizeof(W), mmu::Access::read));
                at -= static_cast<std::uint32_t>(sizeof(W));
                cpu.write<W>(Stack::address(cpu, at, sizeof(W), mmu::Access::write), link);
            }
            at -= static_cast<std::uint32_t>(sizeof(W));
            cpu.write<W>(Stack::address(cpu, at, sizeof(W), mmu::Access::write),
                         static_cast<W>(frame));
        }
        // The new top is probed, so that a frame which does not fit faults here.
        static_cast<void>(
            cpu.modify<W>(Stack::address(cpu, at - size, sizeof(W), mmu::Access::write)));
        cpu.registers.set<W>(ebp, static_cast<W>(frame));
        Stack::set_pointer(cpu, at - size);
        add_formula(cpu, op, level);
    }
};

template <typename Stack, typename W>
struct Leave {
    static void run(Cpu& cpu, const Op*) {
        const std::uint32_t frame = cpu.registers[GeneralRegister::ebp];
        const W link = cpu.read<W>(Stack::address(cpu, frame, sizeof(W), mmu::Access::read));
        Stack::set_pointer(cpu, frame + static_cast<std::uint32_t>(sizeof(W)));
        cpu.registers.set<W>(RegisterFile::offset_of(GeneralRegister::ebp), link);
    }
};

/// Of an instruction that comes in runs.
template <auto body>
Selection in_runs() {
    Selection s = handled<body, true>();
    s.twice = &guarded_twice<body>;
    return s;
}

Selection select_push(const Decoded& d, std::uint32_t mode) {
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() -> Selection {
            if (d.is_memory(0)) {
                return with_memory(d, mode, [&]<typename M>() {
                    return handled<&push_value<Stack, W, M>, true>();
                });
            }
            if (d.is_immediate(0)) {
                return handled<&push_value<Stack, W, Imm>, true>();
            }
            if (ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT) {
                return handled<&push_segment<Stack, W>, true>();
            }
            return in_runs<&push_value<Stack, W, Dst>>();
        });
    });
}

Selection select_pop(const Decoded& d, std::uint32_t mode) {
    if (d.is_register(0) &&
        ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT) {
        return select_pop_segment(d, mode);
    }
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            if (d.is_memory(0)) {
                return with_memory(d, mode, [&]<typename M>() {
                    return handled<&pop_memory<Stack, W, M>, true>();
                });
            }
            return in_runs<&pop_register<Stack, W>>();
        });
    });
}

template <template <typename, typename> class Body>
Selection select_stacked(const Decoded& d, std::uint32_t mode) {
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width,
                               [&]<typename W>() { return handled<&Body<Stack, W>::run, true>(); });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_ENTER, select_stacked<Enter>, "ENTER", Model::i386,
                "SDM vol. 2, ENTER"},
    Instruction{ZYDIS_MNEMONIC_LEAVE, select_stacked<Leave>, "LEAVE", Model::i386,
                "SDM vol. 2, LEAVE"},
    Instruction{ZYDIS_MNEMONIC_POP, select_pop, "POP", Model::i386, "SDM vol. 2, POP"},
    Instruction{ZYDIS_MNEMONIC_POPA, select_stacked<PopAll>, "POPA/POPAD", Model::i386,
                "SDM vol. 2, POPA"},
    Instruction{ZYDIS_MNEMONIC_POPAD, select_stacked<PopAll>, "POPA/POPAD", Model::i386,
                "SDM vol. 2, POPA"},
    Instruction{ZYDIS_MNEMONIC_PUSH, select_push, "PUSH", Model::i386, "SDM vol. 2, PUSH"},
    Instruction{ZYDIS_MNEMONIC_PUSHA, select_stacked<PushAll>, "PUSHA/PUSHAD", Model::i386,
                "SDM vol. 2, PUSHA"},
    Instruction{ZYDIS_MNEMONIC_PUSHAD, select_stacked<PushAll>, "PUSHA/PUSHAD", Model::i386,
                "SDM vol. 2, PUSHA"},
};

}  // namespace

std::span<const Instruction> stack_instructions() {
    return table;
}

}  // namespace ringside::cpu
