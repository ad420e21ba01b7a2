// SPDX-License-Identifier: MIT
#include <span>

#include "base/ensure.hpp"
#include "vectors/cpu_registers.hpp"
#include "vectors/fpu_image.hpp"
#include "vectors/ring3_machine.hpp"
#include "vectors/system_layout.hpp"

namespace ringside::vectors {

// The state of the x87 and of SSE goes in and out by the guest's own FXRSTOR and FXSAVE, so the
// machine needs to know nothing of how the CPU keeps it.

bool Ring3Machine::has_fpu() const {
    return (cpu::traits(cpu_.model).features & cpu::feature::fxsr) != 0;
}

void Ring3Machine::build_fpu_code() {
    constexpr std::array<std::uint8_t, 3> restore{0x0F, 0xAE, 0x0D};  // fxrstor [disp32]
    constexpr std::array<std::uint8_t, 3> save{0x0F, 0xAE, 0x05};     // fxsave [disp32]
    const auto place = [this](std::uint32_t at, std::span<const std::uint8_t> bytes) {
        physical_memory_.write_bytes(physical(at), std::as_bytes(bytes));
        write(at + 3, layout::fpu_image);
    };
    place(layout::fpu_restore, restore);
    place(layout::fpu_save, save);
}

void Ring3Machine::run_in_ring_0(std::uint32_t eip) {
    constexpr std::uint32_t length = 7;
    for (const auto& [r, cpu_register] : segment_registers) {
        const cpu::Selector selector = r == Register::cs ? ring_0_code_ : ring_0_stack_;
        cpu_.segment(cpu_register) = cpu::Segment::from(selector, *descriptor(selector));
    }
    cpu_.set_eflags(cpu::flag::fixed);
    cpu_.cr0 &= ~(cpu::cr0::ts | cpu::cr0::em);
    cpu_.cr4 |= cpu::cr4::osfxsr;
    cpu_.eip = eip;
    reset_execution(cpu_);
    cpu_.set_cpl(0);
    engine_.run(1, UINT64_MAX);
    ensure(cpu_.eip == eip + length, "FXSAVE and FXRSTOR of the vector machine");
    cpu_.cr0 = environment_.cr0;
    cpu_.cr4 = environment_.cr4;
}

void Ring3Machine::load_fpu(const FpuState& state) {
    physical_memory_.write_bytes(physical(layout::fpu_image), to_image(state));
    run_in_ring_0(layout::fpu_restore);
}

FpuState Ring3Machine::store_fpu() {
    run_in_ring_0(layout::fpu_save);
    FpuImage image{};
    physical_memory_.read_bytes(physical(layout::fpu_image), image);
    return from_image(image);
}

}  // namespace ringside::vectors
