// SPDX-License-Identifier: MIT
#include "cpu/cpu.hpp"

#include <utility>

#include "cpu/breakpoints.hpp"
#include "cpu/context.hpp"
#include "cpu/decode/block.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/timing/clock_table.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {

Cpu::Cpu(Model which, mmu::Mmu& the_mmu, timing::Level the_level, std::uint32_t wait_states)
    : model(which),
      known_eflags(cpu::known_eflags(which)),
      level(the_level),
      mmu(the_mmu),
      clocks(timing::ClockTable::of(which, the_level)),
      blocks(std::make_unique<BlockCache>(the_mmu)),
      pipeline(timing::Pipeline::make(which, the_level, clock)) {
    if (level == timing::Level::memory) {
        memory = std::make_unique<memory_model::MemoryModel>(which, wait_states, the_mmu, *pipeline,
                                                             assumed_figures);
    }
    registers[GeneralRegister::edx] = traits(which).signature;
    fpu.state.control = fpu::Control::loaded(0x0040);
    fpu.state.occupied = 0xFF;
    context_changed();
}

Cpu::~Cpu() = default;

ExecutionPoint Cpu::point() const {
    const Selector cs = segment(SegmentRegister::cs).selector;
    return {protected_mode() ? cs.with_rpl(cpl) : cs,
            eip,
            eflags(),
            segment(SegmentRegister::ss).selector,
            registers[GeneralRegister::esp],
            cpl};
}

Cycles Cpu::cycles() const {
    return {clock / traits(model).ticks_per_clock};
}

std::uint64_t Cpu::time_stamp(std::uint64_t at_tick) const {
    return at_tick / traits(model).ticks_per_clock + tsc_offset;
}

void Cpu::context_changed() {
    enter_context();
}

void Cpu::set_watches(std::vector<Watch> watches) {
    watches_ = std::move(watches);
    armed |= breakpoint_kind::watch;  // so that the context is looked at, with or without them
    context_changed();
}

void Cpu::set_stepping(bool stepping) {
    stepping_ = stepping;
    armed |= breakpoint_kind::step;  // so that the context is looked at
    context_changed();
}

void Cpu::enter_special_context() {
    armed = armed_kinds(*this);
    const bool all =
        (armed & (breakpoint_kind::data | breakpoint_kind::watch)) != 0 || memory != nullptr;
    const auto choose = [&](mmu::Privilege rights, bool long_way) {
        translations_[static_cast<std::size_t>(rights)] =
            long_way ? &no_translations_ : &mmu.tlb(rights);
    };
    choose(mmu::Privilege::supervisor, all);
    choose(mmu::Privilege::user, all || checks_alignment());
}

void Cpu::paging_changed() {
    mmu::PagingMode paging;
    paging.enabled = (cr0 & cr0::pg) != 0;
    paging.write_protect = (cr0 & cr0::wp) != 0 && model >= Model::i486;
    paging.large_pages = (cr4 & cr4::pse) != 0;
    paging.global_pages = (cr4 & cr4::pge) != 0;
    paging.directory = PhysicalAddress{cr3 & mmu::entry::frame};
    mmu.set_mode(paging);
    if (memory) {
        memory->set_cache_disabled((cr0 & cr0::cd) != 0);
    }
    context_changed();
}

Expected<PhysicalAddress, mmu::PageFault> Cpu::resolve(LinearAddress a, mmu::Access access,
                                                       mmu::Privilege privilege) {
    return memory ? memory->resolve(a, access, privilege) : mmu.resolve(a, access, privilege);
}

void Cpu::note_place(std::uint32_t size, mmu::Access access) {
    const SplitPlace& place = split_place_;
    note_access(*this, place.linear, size, access);
    if (memory) {
        memory->access({place.linear, place.first, place.second, place.first_size, size, access});
    }
}

void Cpu::resolve_split(LinearAddress a, std::uint32_t size, mmu::Access access,
                        mmu::Privilege privilege) {
    const std::uint32_t in_page = page_size - page_offset(a);
    const auto first = resolve(a, access, privilege);
    if (!first) {
        throw Fault::pf(first.error());
    }
    SplitPlace place{*first, {}, size, a};
    if (size > in_page) {
        const auto second = resolve(a + in_page, access, privilege);
        if (!second) {
            throw Fault::pf(second.error());
        }
        place.second = *second;
        place.first_size = in_page;
    }
    split_place_ = place;
}

std::uint64_t Cpu::get_place(std::uint32_t size) {
    const SplitPlace& place = split_place_;
    std::array<std::byte, 8> bytes{};
    const std::span all(bytes.data(), size);
    mmu.memory().read_bytes(place.first, all.first(place.first_size));
    if (place.first_size < size) {
        mmu.memory().read_bytes(place.second, all.subspan(place.first_size));
    }
    note_place(size, mmu::Access::read);
    return load<std::uint64_t>(bytes.data());
}

void Cpu::set_place(std::uint64_t value, std::uint32_t size) {
    const SplitPlace place = split_place_;
    std::array<std::byte, 8> bytes{};
    store(bytes.data(), value);
    const std::span all = std::span(bytes).first(size);
    note_place(size, mmu::Access::write);
    mmu.memory().write_bytes(place.first, all.first(place.first_size));
    if (place.first_size < size) {
        mmu.memory().write_bytes(place.second, all.subspan(place.first_size));
    }
}

void Cpu::check_long_way(LinearAddress a, std::uint32_t size) const {
    // What wraps around 4 GiB is beyond the limit of a flat segment, which the fast path skips.
    if (a.value + (size - 1) < a.value && (mode & block_mode::flat_data) != 0 && at != nullptr) {
        const auto r = static_cast<SegmentRegister>(at->segment);
        if (segment(r).flat_data()) {
            throw r == SegmentRegister::ss ? Fault::ss(0) : Fault::gp(0);
        }
    }
    require_aligned(a, size);
}

std::uint64_t Cpu::read_slow(LinearAddress a, std::uint32_t size) {
    check_long_way(a, size);
    resolve_split(a, size, mmu::Access::read, privilege());
    return get_place(size);
}

void Cpu::write_slow(LinearAddress a, std::uint64_t value, std::uint32_t size) {
    check_long_way(a, size);
    resolve_split(a, size, mmu::Access::write, privilege());
    set_place(value, size);
}

std::uint64_t Cpu::read_slow_as(LinearAddress a, std::uint32_t size, mmu::Privilege rights) {
    resolve_split(a, size, mmu::Access::read, rights);
    return get_place(size);
}

void Cpu::write_slow_as(LinearAddress a, std::uint64_t value, std::uint32_t size,
                        mmu::Privilege rights) {
    resolve_split(a, size, mmu::Access::write, rights);
    set_place(value, size);
}

void Cpu::modify_slow(LinearAddress a, std::uint32_t size) {
    check_long_way(a, size);
    resolve_split(a, size, mmu::Access::write, privilege());
}

void Cpu::probe(LinearAddress a, std::uint32_t size, mmu::Access access, mmu::Privilege privilege) {
    resolve_split(a, size, access, privilege);
}

}  // namespace ringside::cpu
