// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/simd/vector_cpu.hpp"

using namespace ringside::cpu;
using ringside::test::TestCpu;
using ringside::test::VectorCpu;

namespace {

constexpr Fault no_device{Vector::device_not_available, 0, {}};
constexpr Fault x87_error{Vector::x87_error, 0, {}};

constexpr auto paddb_mm = "0f fc c1";
constexpr auto paddb_xmm = "66 0f fc c1";
constexpr auto pavgb_mm = "0f e0 c1";

void check_fault(VectorCpu& v, const Fault& fault) {
    v.cpu.expect(fault);
    v.cpu.step();
    CHECK(v.cpu.offset() == 0);
}

/// An exception of an earlier x87 instruction waits.
void make_pending(VectorCpu& v) {
    v.x87().control.value = 0x037E;
    v.x87().status = fpu::status::invalid;
    v.x87().summarize();
}

}  // namespace

TEST_CASE("CR0.EM: all of MMX and SSE is #UD, whatever TS says", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, paddb_mm, paddb_xmm, "0f 77", "0f ae 13"));
    v.cpu.core().cr0 |= cr0::em | cr0::ts;
    check_fault(v, Fault::ud());
}

TEST_CASE("CR0.TS: all of MMX and SSE is #NM", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, paddb_mm, paddb_xmm, "0f 77", "0f ae 13"));
    v.cpu.core().cr0 |= cr0::ts;
    check_fault(v, no_device);
}

TEST_CASE("CR4.OSFXSR clear: SSE is #UD, before #NM", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, paddb_xmm, "0f 28 c1", "0f ae 13", "0f ae 1b"));
    v.cpu.core().cr4 &= ~cr4::osfxsr;
    v.cpu.core().cr0 |= GENERATE(0U, cr0::ts);
    check_fault(v, Fault::ud());
}

TEST_CASE("CR4.OSFXSR clear: MMX runs, with what SSE added to it", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, paddb_mm, pavgb_mm, "0f 77", "0f d4 c1"));
    v.cpu.core().cr4 &= ~cr4::osfxsr;
    v.cpu.step();
}

TEST_CASE("an x87 exception that waits: #MF before MMX, nothing before SSE", "[cpu][simd]") {
    SECTION("MMX") {
        VectorCpu v(GENERATE(as<const char*>{}, paddb_mm, pavgb_mm, "0f 77"));
        make_pending(v);
        check_fault(v, x87_error);
    }
    SECTION("between the files") {
        VectorCpu v(GENERATE(as<const char*>{}, "f2 0f d6 c1", "f3 0f d6 c1"));
        make_pending(v);
        check_fault(v, x87_error);
    }
    SECTION("SSE") {
        VectorCpu v(GENERATE(as<const char*>{}, paddb_xmm, "66 0f d6 c1"));
        make_pending(v);
        v.cpu.step();
    }
}

TEST_CASE("fences, prefetches and movnti ask neither CR0 nor CR4", "[cpu][simd]") {
    VectorCpu v(
        GENERATE(as<const char*>{}, "0f ae f8", "0f ae e8", "0f ae f0", "0f 18 03", "0f c3 03"));
    v.cpu.core().cr0 |= cr0::em | cr0::ts;
    v.cpu.core().cr4 &= ~cr4::osfxsr;
    v.cpu.step();
}

TEST_CASE("the pentium here is the one without MMX", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, paddb_mm, paddb_xmm, "0f 77", "0f 28 c1", "0f ae f8"),
                GENERATE(Model::i486, Model::pentium));
    check_fault(v, Fault::ud());
}

TEST_CASE("p6 has no SSE3", "[cpu][simd]") {
    const char* const code = GENERATE("f2 0f 12 c1", "f3 0f 12 c1", "f3 0f 16 c1", "f2 0f f0 03");
    VectorCpu old(code, Model::p6);
    check_fault(old, Fault::ud());
    VectorCpu young(code, Model::modern);
    young.cpu.step();
}

TEST_CASE("what came after SSE3 is undefined", "[cpu][simd]") {
    VectorCpu v(GENERATE("0f 38 00 c1",        // pshufb mm0, mm1
                         "66 0f 38 1c c1",     // pabsb xmm0, xmm1
                         "66 0f 3a 15 03 00",  // pextrw [ebx], xmm0, 0
                         "66 0f 38 38 c1",     // pminsb xmm0, xmm1
                         "c5 f9 6f c1",        // vmovdqa xmm0, xmm1
                         "0f ae 3b"),          // clflush [ebx], which CPUID does not show
                Model::modern);
    check_fault(v, Fault::ud());
}
