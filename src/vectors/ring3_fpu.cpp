// SPDX-License-Identifier: MIT
#include <span>

#include "vectors/fpu_image.hpp"
#include "vectors/ring3_machine.hpp"
#include "vectors/system_layout.hpp"

namespace ringside::vectors {

// The state of the x87 and of SSE goes in and out by the guest's own FXRSTOR and FXSAVE, so the
// machine needs to know nothing of how the CPU keeps it.
constexpr std::uint32_t fpu_code_length = 7;

bool Ring3Machine::has_fpu() const {
    return (cpu::traits(system_.cpu().model).features & cpu::feature::fxsr) != 0;
}

void Ring3Machine::build_fpu_code() {
    const auto place = [this](std::uint32_t at, std::array<std::uint8_t, 3> code) {
        mmu::PhysicalMemory& memory = system_.memory();
        memory.write(system_.physical(at), code);
        memory.write(system_.physical(at) + 3, layout::fpu_image);
    };
    place(layout::fpu_restore, {0x0F, 0xAE, 0x0D});  // fxrstor [disp32]
    place(layout::fpu_save, {0x0F, 0xAE, 0x05});     // fxsave [disp32]
}

void Ring3Machine::load_fpu(const FpuState& state) {
    build_fpu_code();  // the last vector may have switched tasks, and stored anywhere
    system_.memory().write_bytes(system_.physical(layout::fpu_image), to_image(state));
    system_.run_in_ring_0(layout::fpu_restore, fpu_code_length);
}

FpuState Ring3Machine::store_fpu() {
    system_.run_in_ring_0(layout::fpu_save, fpu_code_length);
    FpuImage image{};
    system_.memory().read_bytes(system_.physical(layout::fpu_image), image);
    return from_image(image);
}

}  // namespace ringside::vectors
