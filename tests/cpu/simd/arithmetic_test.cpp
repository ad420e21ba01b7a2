// SPDX-License-Identifier: MIT
#include "cpu/simd/arithmetic.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "cpu/simd/float_operands.hpp"
#include "support/soak.hpp"

namespace ringside::test {
namespace {

using namespace cpu::simd;

constexpr std::array operations{&Arithmetic::add, &Arithmetic::subtract, &Arithmetic::multiply,
                                &Arithmetic::divide, &Arithmetic::square_root};
constexpr std::array shapes{Shape::ps, Shape::pd, Shape::ss, Shape::sd};

/// What the guest would see of it.
struct Seen {
    bool written = false;
    Xmm value;  ///< when written
    std::uint32_t mxcsr = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen seen(Arithmetic::Binary operation, const SseStep& step) {
    Mxcsr mxcsr{step.mxcsr};
    const Result r = operation(step.xmm0, step.xmm1, mxcsr);
    const bool written = mxcsr.raise(r.flags);
    return {written, written ? r.value : Xmm{}, mxcsr.value};
}

}  // namespace

TEST_CASE("SSE: the host's arithmetic and ours are equal to the bit", "[cpu][simd]") {
    FloatOperands operands(5);
    for (std::size_t o = 0; o < operations.size(); ++o) {
        for (const Shape shape : shapes) {
            const auto ours = of_shape(soft_arithmetic().*operations[o], shape);
            const auto hosts = of_shape(host_arithmetic().*operations[o], shape);
            for (int i = 0; i < rounds(4000); ++i) {
                const SseStep step = operands.step(shape == Shape::ps || shape == Shape::ss);
                if (seen(ours, step) != seen(hosts, step)) {
                    FAIL_CHECK(fmt::format("operation {}, shape {}, round {}, mxcsr {:04x}", o,
                                           static_cast<unsigned>(shape), i, step.mxcsr));
                    break;
                }
            }
        }
    }
    SUCCEED();
}

TEST_CASE("SSE: a flag that the guest clears is raised anew", "[cpu][simd]") {
    // The host's own flags stay between operations.
    const auto divide = of_shape(host_arithmetic().divide, Shape::sd);
    const Xmm one{{0x3FF0000000000000, 0}};
    const Xmm three{{0x4008000000000000, 0}};
    for (int i = 0; i < 3; ++i) {
        CHECK(divide(one, three, {Mxcsr::all_masked}).flags == cpu::fpu::status::inexact);
        CHECK(divide(one, Xmm{}, {Mxcsr::all_masked}).flags == cpu::fpu::status::zero_divide);
        CHECK(divide(one, one, {Mxcsr::all_masked}).flags == 0);
    }
}

}  // namespace ringside::test
