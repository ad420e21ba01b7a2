// SPDX-License-Identifier: MIT
#include "cpu/simd/arithmetic.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <emmintrin.h>

#include <cstring>
#endif

namespace ringside::cpu::simd {

#if defined(__x86_64__) && defined(__GNUC__)

namespace {

// Written out rather than as intrinsics: a compiler may exchange the operands of a sum, and with
// them the NaN that is chosen, or move it away from MXCSR. Volatile statements keep their order.

struct Add {
    static void ps(__m128& a, __m128 b) { __asm__ volatile("addps %1, %0" : "+x"(a) : "x"(b)); }
    static void pd(__m128& a, __m128 b) { __asm__ volatile("addpd %1, %0" : "+x"(a) : "x"(b)); }
    static void ss(__m128& a, __m128 b) { __asm__ volatile("addss %1, %0" : "+x"(a) : "x"(b)); }
    static void sd(__m128& a, __m128 b) { __asm__ volatile("addsd %1, %0" : "+x"(a) : "x"(b)); }
    static constexpr auto soft = &Arithmetic::add;
};

struct Subtract {
    static void ps(__m128& a, __m128 b) { __asm__ volatile("subps %1, %0" : "+x"(a) : "x"(b)); }
    static void pd(__m128& a, __m128 b) { __asm__ volatile("subpd %1, %0" : "+x"(a) : "x"(b)); }
    static void ss(__m128& a, __m128 b) { __asm__ volatile("subss %1, %0" : "+x"(a) : "x"(b)); }
    static void sd(__m128& a, __m128 b) { __asm__ volatile("subsd %1, %0" : "+x"(a) : "x"(b)); }
    static constexpr auto soft = &Arithmetic::subtract;
};

struct Multiply {
    static void ps(__m128& a, __m128 b) { __asm__ volatile("mulps %1, %0" : "+x"(a) : "x"(b)); }
    static void pd(__m128& a, __m128 b) { __asm__ volatile("mulpd %1, %0" : "+x"(a) : "x"(b)); }
    static void ss(__m128& a, __m128 b) { __asm__ volatile("mulss %1, %0" : "+x"(a) : "x"(b)); }
    static void sd(__m128& a, __m128 b) { __asm__ volatile("mulsd %1, %0" : "+x"(a) : "x"(b)); }
    static constexpr auto soft = &Arithmetic::multiply;
};

struct Divide {
    static void ps(__m128& a, __m128 b) { __asm__ volatile("divps %1, %0" : "+x"(a) : "x"(b)); }
    static void pd(__m128& a, __m128 b) { __asm__ volatile("divpd %1, %0" : "+x"(a) : "x"(b)); }
    static void ss(__m128& a, __m128 b) { __asm__ volatile("divss %1, %0" : "+x"(a) : "x"(b)); }
    static void sd(__m128& a, __m128 b) { __asm__ volatile("divsd %1, %0" : "+x"(a) : "x"(b)); }
    static constexpr auto soft = &Arithmetic::divide;
};

struct SquareRoot {
    static void ps(__m128& a, __m128 b) { __asm__ volatile("sqrtps %1, %0" : "+x"(a) : "x"(b)); }
    static void pd(__m128& a, __m128 b) { __asm__ volatile("sqrtpd %1, %0" : "+x"(a) : "x"(b)); }
    static void ss(__m128& a, __m128 b) { __asm__ volatile("sqrtss %1, %0" : "+x"(a) : "x"(b)); }
    static void sd(__m128& a, __m128 b) { __asm__ volatile("sqrtsd %1, %0" : "+x"(a) : "x"(b)); }
    static constexpr auto soft = &Arithmetic::square_root;
};

template <typename Operation, Shape shape>
void execute(__m128& a, __m128 b) {
    if constexpr (shape == Shape::ps) {
        Operation::ps(a, b);
    } else if constexpr (shape == Shape::pd) {
        Operation::pd(a, b);
    } else if constexpr (shape == Shape::ss) {
        Operation::ss(a, b);
    } else {
        Operation::sd(a, b);
    }
}

/// In two halves: a guest's register was often written so, and the host forwards no two stores to
/// one load.
__m128 host_register(const Xmm& from) {
    const auto half = [&](std::size_t i) {
        return _mm_cvtsi64_si128(static_cast<long long>(from.quads[i]));
    };
    return _mm_castsi128_ps(_mm_unpacklo_epi64(half(0), half(1)));
}

Xmm guest_register(__m128 from) {
    Xmm to;
    std::memcpy(to.quads.data(), &from, sizeof from);
    return to;
}

std::uint32_t hosts_mxcsr() {
    std::uint32_t value = 0;
    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

void load_hosts_mxcsr(std::uint32_t value) {
    __asm__ volatile("ldmxcsr %0" : : "m"(value));
}

/// Runs the operation under the guest's rounding, DAZ and FTZ with every exception masked. The host
/// gets its control bits back without flags, so that the next one finds what it raises itself.
template <typename Operation, Shape shape>
[[gnu::noinline]] Result run_masked(const Xmm& a, const Xmm& b, Mxcsr mxcsr) {
    __m128 x = host_register(a);
    const std::uint32_t hosts = hosts_mxcsr() & ~Mxcsr::exceptions;
    load_hosts_mxcsr((mxcsr.value & Mxcsr::controls) | Mxcsr::all_masked);
    execute<Operation, shape>(x, host_register(b));
    const std::uint32_t after = hosts_mxcsr();
    load_hosts_mxcsr(hosts);
    const Result r{guest_register(x), static_cast<std::uint16_t>(after & Mxcsr::exceptions)};
    // The host decides where all responses are masked ones; exact tiny results raise an unmasked
    // underflow, but no masked one.
    if (mxcsr.unmasked(r.flags | unsigned{fpu::status::underflow}) == 0) {
        return r;
    }
    return of_shape(soft_arithmetic().*Operation::soft, shape)(a, b, mxcsr);
}

/// With MXCSR as programs leave it, the host's needs no loading; and what is noted there, by this
/// or an earlier operation, is not news while the guest's has the same flags.
template <typename Operation, Shape shape>
Result run(const Xmm& a, const Xmm& b, Mxcsr mxcsr) {
    if ((mxcsr.value & ~Mxcsr::exceptions) == Mxcsr::all_masked) [[likely]] {
        __m128 x = host_register(a);
        execute<Operation, shape>(x, host_register(b));
        if ((hosts_mxcsr() & ~mxcsr.value) == 0) [[likely]] {
            return {guest_register(x), 0};
        }
    }
    return run_masked<Operation, shape>(a, b, mxcsr);
}

template <typename Operation>
constexpr Arithmetic::Shapes shapes{
    &run<Operation, Shape::ps>,
    &run<Operation, Shape::pd>,
    &run<Operation, Shape::ss>,
    &run<Operation, Shape::sd>,
};

constexpr Arithmetic host{
    "host", shapes<Add>, shapes<Subtract>, shapes<Multiply>, shapes<Divide>, shapes<SquareRoot>,
};

}  // namespace

const Arithmetic& host_arithmetic() {
    return host;
}

#else

const Arithmetic& host_arithmetic() {
    return soft_arithmetic();
}

#endif

}  // namespace ringside::cpu::simd
