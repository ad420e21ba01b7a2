// SPDX-License-Identifier: MIT
#include "cpu/simd/sse_subject.hpp"

#include <fmt/format.h>

namespace ringside::test {
namespace {

std::vector<std::byte> bytes_of(std::string_view hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(
            static_cast<std::byte>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

}  // namespace

SseSubject::SseSubject(std::string_view code, const cpu::simd::Arithmetic& arithmetic)
    : code_(bytes_of(code)), cpu_(TestCpu::running(code, cpu::Model::modern)) {
    cpu_.core().cr4 |= cpu::cr4::osfxsr | cpu::cr4::osxmmexcpt;
    cpu_.core().simd.arithmetic = &arithmetic;
    cpu_.core().fpu.state.initialize();
}

void SseSubject::execute(SseStep& step) {
    cpu::Cpu& core = cpu_.core();
    core.eip = TestCpu::code_address;
    cpu_.esp() = TestCpu::stack_top;
    cpu_.eax() = step.eax;
    core.set_eflags(static_cast<std::uint32_t>(step.eflags) | cpu::flag::fixed);
    core.simd.xmm[0] = step.xmm0;
    core.simd.xmm[1] = step.xmm1;
    core.simd.mxcsr = step.mxcsr;
    core.fpu.state.physical[0].significand = step.mm0;
    core.fpu.state.physical[1].significand = step.mm1;
    static_cast<void>(core.run(core.clock + 1));
    step.faulted = core.eip == TestCpu::code_address + code_.size() ? 0 : 1;
    step.xmm0 = core.simd.xmm[0];
    step.mm0 = core.fpu.state.physical[0].significand;
    step.mxcsr = core.simd.mxcsr;
    step.eax = cpu_.eax();
    step.eflags = cpu_.flags();
}

std::string text(const SseStep& s) {
    return fmt::format(
        "{} mxcsr {:04x} fl {:03x} eax {:08x} mm0 {:016x} mm1 {:016x}\n   xmm0 {:016x}{:016x} "
        "xmm1 {:016x}{:016x}\n",
        s.faulted != 0 ? "#XM" : "ok ", s.mxcsr, s.eflags, s.eax, s.mm0, s.mm1, s.xmm0.quads[1],
        s.xmm0.quads[0], s.xmm1.quads[1], s.xmm1.quads[0]);
}

}  // namespace ringside::test
