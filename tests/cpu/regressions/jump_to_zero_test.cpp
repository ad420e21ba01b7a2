// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/segments.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::SegmentRegister;
using ringside::test::TestCpu;

// An unused entry of the jump cache passed for the block at EIP 0 of any context that is not
// cached.
TEST_CASE("jmp eax to offset 0 of a segment with a base", "[cpu][regression]") {
    auto cpu = TestCpu::running("f4 90 ff e0");  // hlt; nop; jmp eax
    ringside::test::move_segment(cpu.core().segment(SegmentRegister::cs), TestCpu::code_address);
    cpu.core().eip = 1;
    cpu.run();
    CHECK(cpu.core().eip == 1);
}
