// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/virtual_8086.hpp"
#include "cpu/stack.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint8_t al = 0;
constexpr std::uint8_t ah = 1;

void clear_carry(Cpu& cpu, const Op*) {
    cpu.flags.set_cf(false);
}
void set_carry(Cpu& cpu, const Op*) {
    cpu.flags.set_cf(true);
}
void complement_carry(Cpu& cpu, const Op*) {
    cpu.flags.set_cf(!cpu.flags.cf());
}
void clear_direction(Cpu& cpu, const Op*) {
    cpu.system_flags &= ~flag::df;
}
void set_direction(Cpu& cpu, const Op*) {
    cpu.system_flags |= flag::df;
}

void load_ah(Cpu& cpu, const Op*) {
    cpu.registers.set<std::uint8_t>(ah, static_cast<std::uint8_t>(cpu.eflags()));
}

// The low byte of EFLAGS: OF stays.
void store_ah(Cpu& cpu, const Op*) {
    const std::uint32_t of = cpu.flags.of() ? flag::of : 0;
    cpu.flags.load(of | cpu.registers.get<std::uint8_t>(ah));
}

// Undocumented, in every processor: AL := all ones if CF, else zero.
void set_al_on_carry(Cpu& cpu, const Op*) {
    cpu.registers.set<std::uint8_t>(al, cpu.flags.cf() ? 0xFF : 0);
}

/// IF belongs to whoever has the I/O privilege. CPL above IOPL: #GP(0).
void check_interrupt_privilege(const Cpu& cpu) {
    if (cpu.cpl > cpu.iopl()) {
        throw Fault::gp(0);
    }
}

void clear_interrupt(Cpu& cpu, const Op*) {
    check_interrupt_privilege(cpu);
    cpu.system_flags &= ~flag::intf;
}

const Op* set_interrupt(Cpu& cpu, const Op* op) {
    check_interrupt_privilege(cpu);
    // Interrupts stay out for one more instruction, so that STI, RET cannot be interrupted on the
    // callee's stack. Debug traps do come in between.
    const bool first = (cpu.system_flags & flag::intf) == 0;
    cpu.system_flags |= flag::intf;
    cpu.clock += op->clocks;
    const std::uint32_t next = cpu.eip_of(op) + op->length;
    // Unless the run may come back just here, or an interrupt waits, nobody can tell.
    if (cpu.pending_interrupt || cpu.clock >= cpu.deadline || cpu.observer != nullptr)
        [[unlikely]] {
        cpu.interrupt_shadow = first;
        cpu.eip = next;
        return nullptr;
    }
    return continue_linked(cpu, next, Link::next);
}

// PUSHF: the image has VM and RF clear.
template <typename Stack, typename W>
struct PushFlags {
    static void run(Cpu& cpu, const Op*) {
        push<Stack, W>(cpu, static_cast<W>(cpu.eflags() & ~(flag::vm | flag::rf)));
    }
};

/// Bits of EFLAGS that POPFD may change here. IF at CPL above IOPL and IOPL above ring 0 keep
/// their values without a fault; VIF and VIP, without virtual-mode extensions, never change.
std::uint32_t poppable(const Cpu& cpu) {
    std::uint32_t bits =
        flag::arithmetic | flag::tf | flag::df | flag::nt | flag::rf | flag::ac | flag::id;
    if (cpu.cpl == 0) {
        bits |= flag::iopl;
    }
    if (cpu.cpl <= cpu.iopl()) {
        bits |= flag::intf;
    }
    return bits & cpu.known_eflags;
}

template <typename Stack, typename W>
struct PopFlags {
    static const Op* run(Cpu& cpu, const Op* op) {
        const std::uint32_t before = cpu.system_flags;
        const std::uint32_t bits = poppable(cpu) & static_cast<W>(~W{0});
        // POPFD clears RF whatever the image says. The arithmetic flags are always poppable.
        const std::uint32_t image = pop<Stack, W>(cpu) & ~flag::rf;
        cpu.set_eflags((before & ~bits) | (image & bits));
        cpu.clock += op->clocks;
        const std::uint32_t next = cpu.eip_of(op) + op->length;
        constexpr std::uint32_t watched = flag::intf | flag::tf | flag::rf | flag::ac;
        if (((before ^ cpu.system_flags) & watched) == 0) {
            return continue_linked(cpu, next, Link::next);
        }
        cpu.eip = next;
        return nullptr;
    }
};

template <auto body>
Selection select_only(const Decoded&, std::uint32_t) {
    return handled<body, false>();
}

Selection select_clear_interrupt(const Decoded&, std::uint32_t) {
    return handled<&clear_interrupt, true>();
}

Selection select_set_interrupt(const Decoded&, std::uint32_t) {
    return {&ending<&set_interrupt>, true};
}

/// The same in virtual 8086 mode, where they need IOPL 3.
template <typename Stack, typename W>
struct PushVirtualFlags {
    static void run(Cpu& cpu, const Op* op) {
        require_virtual_8086_iopl(cpu);
        PushFlags<Stack, W>::run(cpu, op);
    }
};
template <typename Stack, typename W>
struct PopVirtualFlags {
    static const Op* run(Cpu& cpu, const Op* op) {
        require_virtual_8086_iopl(cpu);
        return PopFlags<Stack, W>::run(cpu, op);
    }
};

Selection select_push(const Decoded& d, std::uint32_t mode) {
    if (block_mode::is_virtual_8086(mode)) {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            return handled<&PushVirtualFlags<SegmentedStack, W>::run, true>();
        });
    }
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            return handled<&PushFlags<Stack, W>::run, true>();
        });
    });
}

Selection select_pop(const Decoded& d, std::uint32_t mode) {
    if (block_mode::is_virtual_8086(mode)) {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            return Selection{&ending<&PopVirtualFlags<SegmentedStack, W>::run>, true};
        });
    }
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            return Selection{&ending<&PopFlags<Stack, W>::run>, true};
        });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CLC, select_only<&clear_carry>, "CLC", Model::i386,
                "SDM vol. 2, CLC"},
    Instruction{ZYDIS_MNEMONIC_CLD, select_only<&clear_direction>, "CLD", Model::i386,
                "SDM vol. 2, CLD"},
    Instruction{ZYDIS_MNEMONIC_CLI, select_clear_interrupt, "CLI", Model::i386, "SDM vol. 2, CLI"},
    Instruction{ZYDIS_MNEMONIC_CMC, select_only<&complement_carry>, "CMC", Model::i386,
                "SDM vol. 2, CMC"},
    Instruction{ZYDIS_MNEMONIC_LAHF, select_only<&load_ah>, "LAHF", Model::i386,
                "SDM vol. 2, LAHF"},
    Instruction{ZYDIS_MNEMONIC_POPF, select_pop, "POPF/POPFD", Model::i386, "SDM vol. 2, POPF"},
    Instruction{ZYDIS_MNEMONIC_POPFD, select_pop, "POPF/POPFD", Model::i386, "SDM vol. 2, POPF"},
    Instruction{ZYDIS_MNEMONIC_PUSHF, select_push, "PUSHF/PUSHFD", Model::i386,
                "SDM vol. 2, PUSHF"},
    Instruction{ZYDIS_MNEMONIC_PUSHFD, select_push, "PUSHF/PUSHFD", Model::i386,
                "SDM vol. 2, PUSHF"},
    Instruction{ZYDIS_MNEMONIC_SAHF, select_only<&store_ah>, "SAHF", Model::i386,
                "SDM vol. 2, SAHF"},
    Instruction{ZYDIS_MNEMONIC_SALC, select_only<&set_al_on_carry>, "SALC", Model::i386,
                "D6, in opcode maps only"},
    Instruction{ZYDIS_MNEMONIC_STC, select_only<&set_carry>, "STC", Model::i386, "SDM vol. 2, STC"},
    Instruction{ZYDIS_MNEMONIC_STD, select_only<&set_direction>, "STD", Model::i386,
                "SDM vol. 2, STD"},
    Instruction{ZYDIS_MNEMONIC_STI, select_set_interrupt, "STI", Model::i386, "SDM vol. 2, STI"},
};

}  // namespace

std::span<const Instruction> flag_instructions() {
    return table;
}

}  // namespace ringside::cpu
