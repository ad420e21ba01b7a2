// SPDX-License-Identifier: MIT
#include "cpu/privilege/control_registers.hpp"

#include "cpu/memory_model/memory_model.hpp"

namespace ringside::cpu {
namespace {

std::uint32_t known_cr0(Model model) {
    constexpr std::uint32_t i386 = cr0::pe | cr0::mp | cr0::em | cr0::ts | cr0::et | cr0::pg;
    constexpr std::uint32_t i486 = cr0::ne | cr0::wp | cr0::am | cr0::nw | cr0::cd;
    return model >= Model::i486 ? i386 | i486 : i386;
}

/// CR4 has a bit for each extension that CPUID reports.
std::uint32_t known_cr4(Model model) {
    const std::uint32_t has = traits(model).features;
    const auto when = [has](std::uint32_t extension, std::uint32_t bits_of_it) {
        return (has & extension) != 0 ? bits_of_it : 0U;
    };
    return when(feature::tsc, cr4::tsd) | when(feature::de, cr4::de) |
           when(feature::pse, cr4::pse) | when(feature::pge, cr4::pge) |
           when(feature::fxsr, cr4::osfxsr) | when(feature::sse, cr4::osxmmexcpt) |
           (model >= Model::p6 ? cr4::pce : 0U);
}

}  // namespace

void set_cr0(Cpu& cpu, std::uint32_t value) {
    value = (value & known_cr0(cpu.model)) | (cpu.model >= Model::i486 ? cr0::et : 0U);
    const bool paging_unprotected = (value & cr0::pg) != 0 && (value & cr0::pe) == 0;
    const bool through_no_cache = (value & cr0::nw) != 0 && (value & cr0::cd) == 0;
    if (paging_unprotected || through_no_cache) {
        throw Fault::gp(0);
    }
    // CPL is 0 on both sides of PE, and the segments keep what they were loaded with.
    const std::uint32_t changed = cpu.cr0 ^ value;
    cpu.cr0 = value;
    if ((changed & (cr0::pg | cr0::wp | cr0::pe)) != 0) {
        cpu.paging_changed();
    }
    if ((changed & cr0::cd) != 0 && cpu.memory) {
        cpu.memory->set_cache_disabled((value & cr0::cd) != 0);
    }
}

void set_cr3(Cpu& cpu, std::uint32_t value) {
    cpu.cr3 = value;  // the bits that paging ignores read back as written
    cpu.mmu.load_directory(PhysicalAddress{cpu.cr3 & mmu::entry::frame});
    cpu.context_changed();
}

void set_cr4(Cpu& cpu, std::uint32_t value) {
    if ((value & ~known_cr4(cpu.model)) != 0) {
        throw Fault::gp(0);
    }
    const std::uint32_t changed = cpu.cr4 ^ value;
    cpu.cr4 = value;
    if ((changed & (cr4::pse | cr4::pge)) != 0) {
        cpu.paging_changed();
    }
    cpu.context_changed();
}

}  // namespace ringside::cpu
