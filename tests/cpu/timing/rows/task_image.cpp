// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/task_image.hpp"

#include "cpu/timing/rows/transfer.hpp"
#include "cpu/v86/virtual_machine.hpp"

namespace ringside::test {
namespace {

constexpr std::uint32_t base = Rings::other_task_base;
constexpr std::uint32_t limit386 = 0x67;
constexpr std::uint32_t limit286 = 0x2B;
constexpr std::uint32_t task_stack = 0x2C000;

void set_word(Rings& rings, std::uint32_t offset, std::uint32_t value) {
    rings.memory.write(PhysicalAddress{base + offset}, static_cast<std::uint16_t>(value));
}

void fill386(Rings& rings, bool v86) {
    rings.set_dword(base + 0x1C, rings.cpu.cr3);
    rings.set_dword(base + 0x20, transfer_target);
    rings.set_dword(base + 0x24, cpu::flag::fixed | (v86 ? cpu::flag::vm : 0));
    rings.set_dword(base + 0x38, task_stack);
    for (std::uint32_t i = 0; i < 6; ++i) {
        const bool cs = i == 1;
        const std::uint32_t flat = cs ? Rings::code0 : Rings::data0;
        const std::uint32_t paragraph = cs ? VirtualMachine::code : VirtualMachine::stack;
        rings.set_dword(base + 0x48 + i * 4, v86 ? paragraph : flat);
    }
}

void fill286(Rings& rings) {
    set_word(rings, 0x0E, transfer_target);
    set_word(rings, 0x10, cpu::flag::fixed);
    set_word(rings, 0x1A, 0xC000);
    for (std::uint32_t i = 0; i < 4; ++i) {
        set_word(rings, 0x22 + i * 2, i == 1 ? Rings::code0 : Rings::data0);
    }
    set_word(rings, 0x2A, 0);
}

}  // namespace

std::string_view name_of(TaskKind kind) {
    switch (kind) {
        case TaskKind::tss386: return "386";
        case TaskKind::v86: return "386 v86";
        case TaskKind::tss286: return "286";
    }
    return {};
}

void place_other_task(Rings& rings, TaskKind kind, bool busy) {
    const bool is286 = kind == TaskKind::tss286;
    const std::uint32_t type = (is286 ? 0x100U : 0x900U) | (busy ? 0x200U : 0U);
    rings.descriptor(Rings::other_task, (base << 16) | (is286 ? limit286 : limit386),
                     Rings::present | Rings::dpl(3) | type);
    if (is286) {
        fill286(rings);
    } else {
        fill386(rings, kind == TaskKind::v86);
    }
    place_task_code(rings);
}

void place_task_code(Rings& rings) {
    rings.code(transfer_target, "90");
    rings.code(VirtualMachine::code * 16U + transfer_target, "90");
}

void make_own_task(Rings& rings, bool is286) {
    rings.cpu.tr.type = is286 ? cpu::SystemType::tss16_busy : cpu::SystemType::tss32_busy;
    rings.descriptor(Rings::task, (Rings::task_base << 16) | limit386,
                     Rings::present | (is286 ? 0x300U : 0xB00U));
}

}  // namespace ringside::test
