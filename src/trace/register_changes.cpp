// SPDX-License-Identifier: MIT
#include "trace/register_changes.hpp"

namespace ringside::trace {
namespace {

constexpr std::array<std::string_view, 13> names{"eax", "ecx",    "edx", "ebx", "esp", "ebp", "esi",
                                                 "edi", "eflags", "es",  "ds",  "fs",  "gs"};
constexpr std::size_t esp = 4;
constexpr std::size_t eflags = 8;
constexpr std::array segments{cpu::SegmentRegister::es, cpu::SegmentRegister::ds,
                              cpu::SegmentRegister::fs, cpu::SegmentRegister::gs};

}  // namespace

RegisterSnapshot::RegisterSnapshot(const cpu::Cpu& cpu) {
    for (std::size_t i = 0; i < eflags; ++i) {
        values_[i] = cpu.registers[static_cast<cpu::GeneralRegister>(i)];
    }
    values_[eflags] = cpu.eflags();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        values_[eflags + 1 + i] = cpu.segment(segments[i]).selector.value();
    }
}

void RegisterSnapshot::take_back(const cpu::Transition& transition) {
    values_[esp] = transition.before.esp;
    values_[eflags] = transition.before.eflags;
}

std::vector<RegisterChange> RegisterSnapshot::changes_to(const RegisterSnapshot& later) const {
    std::vector<RegisterChange> changes;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (values_[i] != later.values_[i]) {
            changes.push_back({names[i], values_[i], later.values_[i]});
        }
    }
    return changes;
}

std::vector<RegisterChange> changes_of(const cpu::Transition& transition) {
    const cpu::ExecutionPoint& before = transition.before;
    const cpu::ExecutionPoint& after = transition.after;
    std::vector<RegisterChange> changes{{"cs", before.cs.value(), after.cs.value()},
                                        {"eip", before.eip, after.eip},
                                        {"eflags", before.eflags, after.eflags},
                                        {"ss", before.ss.value(), after.ss.value()},
                                        {"esp", before.esp, after.esp}};
    std::erase_if(changes, [](const RegisterChange& one) { return one.before == one.after; });
    return changes;
}

}  // namespace ringside::trace
