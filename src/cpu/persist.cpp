// SPDX-License-Identifier: MIT
#include "base/archive.hpp"
#include "cpu/cpu.hpp"
#include "cpu/decode/block.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {

namespace fpu {

static void persist(Archive& archive, Float80& value) {
    auto& [significand, sign_exponent] = value;
    persist_all(archive, significand, sign_exponent);
}

static void persist(Archive& archive, Pointers& pointers) {
    auto& [instruction_offset, instruction_selector, opcode, data_offset, data_selector] = pointers;
    persist_all(archive, instruction_offset, instruction_selector, opcode, data_offset,
                data_selector);
}

static void persist(Archive& archive, State& state) {
    auto& [physical, control, status, occupied, top_of_stack, pointers] = state;
    persist_all(archive, physical, control.value, status, occupied);
    archive.below(top_of_stack, physical.size());
    persist(archive, pointers);
}

}  // namespace fpu

namespace simd {

static void persist(Archive& archive, Xmm& value) {
    persist_all(archive, value.quads);
}

}  // namespace simd

static void persist(Archive& archive, Selector& selector) {
    std::uint16_t value = selector.value();
    archive.number(value);
    selector = Selector{value};
}

static void persist(Archive& archive, Descriptor& descriptor) {
    std::uint32_t low = descriptor.low();
    std::uint32_t high = descriptor.high();
    persist_all(archive, low, high);
    descriptor = Descriptor{low, high};
}

static void persist(Archive& archive, Segment& segment) {
    auto& [selector, readable, writable, base, lowest, highest, descriptor, as_code, as_data,
           as_stack] = segment;
    persist_all(archive, selector, readable, writable, base, lowest, highest, descriptor, as_code,
                as_data, as_stack);
    constexpr unsigned code = block_mode::code32 | block_mode::flat_code;
    archive.require((as_code & ~code) == 0 && (as_data & ~block_mode::flat_data) == 0 &&
                        (as_stack & ~block_mode::flat_data) == 0,
                    "a segment allows what none does");
}

static void persist(Archive& archive, TableRegister& table) {
    auto& [base, limit] = table;
    persist_all(archive, base, limit);
}

static void persist(Archive& archive, SystemSegment& segment) {
    auto& [selector, base, limit, type, valid] = segment;
    persist_all(archive, selector, base, limit, type, valid);
}

static void persist(Archive& archive, RegisterFile& registers) {
    for (unsigned r = 0; r < 8; ++r) {
        archive.number(registers[static_cast<GeneralRegister>(r)]);
    }
}

void Cpu::drop_blocks() {
    blocks->flush();
}

void Cpu::persist(Archive& archive) {
    archive.mark("CPU:");
    persist_all(archive, registers, eip, flags, system_flags, segments, gdtr, idtr, ldtr, tr, cr0,
                cr2, cr3, cr4, dr, dr6, dr7, sysenter_cs, sysenter_esp, sysenter_eip,
                test_registers, performance_counters, event_selects, fpu.state, simd.xmm,
                simd.mxcsr, tsc_offset);
    // What run() sets before it looks, and what lives within an instruction, is left out.
    archive.number(clock);
    archive.below(cpl, 4);
    persist_all(archive, interrupt_shadow, debug_shadow, refill, assumed_figures, debug_traps,
                breakpoints_hit, pending_interrupt);
    if (pipeline) {
        pipeline->persist(archive);
    }
    if (memory) {
        memory->persist(archive);
    }
    if (archive.loading()) {
        exit = {};
        at = nullptr;
        block = nullptr;
        context_changed();
    }
}

}  // namespace ringside::cpu
