// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/simd/operands.hpp"
#include "support/test_cpu.hpp"

namespace ringside::test {

/// A TestCpu whose system knows of SSE, with EBX at the data.
struct VectorCpu {
    explicit VectorCpu(std::string_view code, cpu::Model model = cpu::Model::p6, unsigned ring = 0)
        : cpu(ring == 0 ? TestCpu::running(code, model) : TestCpu::in_ring_3(code, model)) {
        cpu.core().cr0 |= cpu::cr0::ne | cpu::cr0::wp;
        cpu.core().cr4 |= cpu::cr4::osfxsr;
        cpu.core().fpu.state.initialize();
        cpu.core().paging_changed();
        cpu.ebx() = TestCpu::data_address;
    }

    [[nodiscard]] cpu::simd::Xmm& xmm(unsigned number) { return cpu.core().simd.xmm[number]; }
    [[nodiscard]] std::uint64_t mm(unsigned number) {
        return cpu.core().fpu.state.physical[number].significand;
    }
    void set_mm(unsigned number, std::uint64_t value) {
        cpu.core().fpu.state.physical[number] = {value, 0xFFFF};
    }
    [[nodiscard]] cpu::fpu::State& x87() { return cpu.core().fpu.state; }
    /// Runs the code once more, from its first byte.
    void step_again() {
        cpu.core().eip = TestCpu::code_address;
        cpu.step();
    }

    TestCpu cpu;
};

}  // namespace ringside::test
