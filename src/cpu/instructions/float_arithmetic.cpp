// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/approximate.hpp"
#include "cpu/simd/compare.hpp"
#include "cpu/simd/float_body.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// Of the host or of our own, as the unit is set.
template <auto shapes, Shape shape>
struct Basic {
    using Source = SourceOf<shape>;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return of_shape(state.arithmetic->*shapes, shape)(a, b, {state.mxcsr});
    }
};

template <auto shapes, Shape shape>
struct Horizontal {
    using Source = Xmm;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return horizontal(state.arithmetic->*shapes, shape, a, b, {state.mxcsr});
    }
};

template <Shape shape>
struct AddSubtract {
    using Source = Xmm;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return add_subtract(*state.arithmetic, shape, a, b, {state.mxcsr});
    }
};

template <Shape shape>
struct Minimum {
    using Source = SourceOf<shape>;
    using Format = FormatOf<shape>;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return for_lanes<typename Format::Bits, extent_of<shape>>(a, b, {state.mxcsr},
                                                                  &minimum<Format>);
    }
};

template <Shape shape>
struct Maximum {
    using Source = SourceOf<shape>;
    using Format = FormatOf<shape>;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return for_lanes<typename Format::Bits, extent_of<shape>>(a, b, {state.mxcsr},
                                                                  &maximum<Format>);
    }
};

template <auto approximation, Shape shape>
struct Approximate {
    using Source = SourceOf<shape>;
    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        return for_lanes<std::uint32_t, extent_of<shape>>(
            a, b, {state.mxcsr}, [](std::uint32_t, std::uint32_t value, Mxcsr) {
                return LaneResult<std::uint32_t>{approximation(value), 0};
            });
    }
};

template <auto shapes, Shape shape>
constexpr SelectHandler basic = &select_float<Basic<shapes, shape>>;
template <auto shapes, Shape shape>
constexpr SelectHandler neighbours = &select_float<Horizontal<shapes, shape>>;
template <auto approximation, Shape shape>
constexpr SelectHandler approximate = &select_float<Approximate<approximation, shape>>;

// clang-format off
constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_ADDPD, basic<&Arithmetic::add, Shape::pd>, "packed float add", Model::p6, "SDM vol. 2, ADDPD"},
    Instruction{ZYDIS_MNEMONIC_ADDPS, basic<&Arithmetic::add, Shape::ps>, "packed float add", Model::p6, "SDM vol. 2, ADDPS"},
    Instruction{ZYDIS_MNEMONIC_ADDSD, basic<&Arithmetic::add, Shape::sd>, "float add", Model::p6, "SDM vol. 2, ADDSD"},
    Instruction{ZYDIS_MNEMONIC_ADDSS, basic<&Arithmetic::add, Shape::ss>, "float add", Model::p6, "SDM vol. 2, ADDSS"},
    Instruction{ZYDIS_MNEMONIC_ADDSUBPD, &select_float<AddSubtract<Shape::pd>>, "packed float add", Model::modern, "SDM vol. 2, ADDSUBPD"},
    Instruction{ZYDIS_MNEMONIC_ADDSUBPS, &select_float<AddSubtract<Shape::ps>>, "packed float add", Model::modern, "SDM vol. 2, ADDSUBPS"},
    Instruction{ZYDIS_MNEMONIC_DIVPD, basic<&Arithmetic::divide, Shape::pd>, "packed double divide", Model::p6, "SDM vol. 2, DIVPD"},
    Instruction{ZYDIS_MNEMONIC_DIVPS, basic<&Arithmetic::divide, Shape::ps>, "packed single divide", Model::p6, "SDM vol. 2, DIVPS"},
    Instruction{ZYDIS_MNEMONIC_DIVSD, basic<&Arithmetic::divide, Shape::sd>, "double divide", Model::p6, "SDM vol. 2, DIVSD"},
    Instruction{ZYDIS_MNEMONIC_DIVSS, basic<&Arithmetic::divide, Shape::ss>, "single divide", Model::p6, "SDM vol. 2, DIVSS"},
    Instruction{ZYDIS_MNEMONIC_HADDPD, neighbours<&Arithmetic::add, Shape::pd>, "packed float add", Model::modern, "SDM vol. 2, HADDPD"},
    Instruction{ZYDIS_MNEMONIC_HADDPS, neighbours<&Arithmetic::add, Shape::ps>, "packed float add", Model::modern, "SDM vol. 2, HADDPS"},
    Instruction{ZYDIS_MNEMONIC_HSUBPD, neighbours<&Arithmetic::subtract, Shape::pd>, "packed float add", Model::modern, "SDM vol. 2, HSUBPD"},
    Instruction{ZYDIS_MNEMONIC_HSUBPS, neighbours<&Arithmetic::subtract, Shape::ps>, "packed float add", Model::modern, "SDM vol. 2, HSUBPS"},
    Instruction{ZYDIS_MNEMONIC_MAXPD, &select_float<Maximum<Shape::pd>>, "packed float add", Model::p6, "SDM vol. 2, MAXPD"},
    Instruction{ZYDIS_MNEMONIC_MAXPS, &select_float<Maximum<Shape::ps>>, "packed float add", Model::p6, "SDM vol. 2, MAXPS"},
    Instruction{ZYDIS_MNEMONIC_MAXSD, &select_float<Maximum<Shape::sd>>, "float add", Model::p6, "SDM vol. 2, MAXSD"},
    Instruction{ZYDIS_MNEMONIC_MAXSS, &select_float<Maximum<Shape::ss>>, "float add", Model::p6, "SDM vol. 2, MAXSS"},
    Instruction{ZYDIS_MNEMONIC_MINPD, &select_float<Minimum<Shape::pd>>, "packed float add", Model::p6, "SDM vol. 2, MINPD"},
    Instruction{ZYDIS_MNEMONIC_MINPS, &select_float<Minimum<Shape::ps>>, "packed float add", Model::p6, "SDM vol. 2, MINPS"},
    Instruction{ZYDIS_MNEMONIC_MINSD, &select_float<Minimum<Shape::sd>>, "float add", Model::p6, "SDM vol. 2, MINSD"},
    Instruction{ZYDIS_MNEMONIC_MINSS, &select_float<Minimum<Shape::ss>>, "float add", Model::p6, "SDM vol. 2, MINSS"},
    Instruction{ZYDIS_MNEMONIC_MULPD, basic<&Arithmetic::multiply, Shape::pd>, "packed float multiply", Model::p6, "SDM vol. 2, MULPD"},
    Instruction{ZYDIS_MNEMONIC_MULPS, basic<&Arithmetic::multiply, Shape::ps>, "packed float multiply", Model::p6, "SDM vol. 2, MULPS"},
    Instruction{ZYDIS_MNEMONIC_MULSD, basic<&Arithmetic::multiply, Shape::sd>, "double multiply", Model::p6, "SDM vol. 2, MULSD"},
    Instruction{ZYDIS_MNEMONIC_MULSS, basic<&Arithmetic::multiply, Shape::ss>, "single multiply", Model::p6, "SDM vol. 2, MULSS"},
    Instruction{ZYDIS_MNEMONIC_RCPPS, approximate<&reciprocal, Shape::ps>, "packed float approximate", Model::p6, "SDM vol. 2, RCPPS"},
    Instruction{ZYDIS_MNEMONIC_RCPSS, approximate<&reciprocal, Shape::ss>, "float approximate", Model::p6, "SDM vol. 2, RCPSS"},
    Instruction{ZYDIS_MNEMONIC_RSQRTPS, approximate<&reciprocal_root, Shape::ps>, "packed float approximate", Model::p6, "SDM vol. 2, RSQRTPS"},
    Instruction{ZYDIS_MNEMONIC_RSQRTSS, approximate<&reciprocal_root, Shape::ss>, "float approximate", Model::p6, "SDM vol. 2, RSQRTSS"},
    Instruction{ZYDIS_MNEMONIC_SQRTPD, basic<&Arithmetic::square_root, Shape::pd>, "packed double root", Model::p6, "SDM vol. 2, SQRTPD"},
    Instruction{ZYDIS_MNEMONIC_SQRTPS, basic<&Arithmetic::square_root, Shape::ps>, "packed single root", Model::p6, "SDM vol. 2, SQRTPS"},
    Instruction{ZYDIS_MNEMONIC_SQRTSD, basic<&Arithmetic::square_root, Shape::sd>, "double root", Model::p6, "SDM vol. 2, SQRTSD"},
    Instruction{ZYDIS_MNEMONIC_SQRTSS, basic<&Arithmetic::square_root, Shape::ss>, "single root", Model::p6, "SDM vol. 2, SQRTSS"},
    Instruction{ZYDIS_MNEMONIC_SUBPD, basic<&Arithmetic::subtract, Shape::pd>, "packed float add", Model::p6, "SDM vol. 2, SUBPD"},
    Instruction{ZYDIS_MNEMONIC_SUBPS, basic<&Arithmetic::subtract, Shape::ps>, "packed float add", Model::p6, "SDM vol. 2, SUBPS"},
    Instruction{ZYDIS_MNEMONIC_SUBSD, basic<&Arithmetic::subtract, Shape::sd>, "float add", Model::p6, "SDM vol. 2, SUBSD"},
    Instruction{ZYDIS_MNEMONIC_SUBSS, basic<&Arithmetic::subtract, Shape::ss>, "float add", Model::p6, "SDM vol. 2, SUBSS"},
};
// clang-format on

}  // namespace

std::span<const Instruction> float_arithmetic_instructions() {
    return table;
}

void simd::refuse_float_exception(const Cpu& cpu) {
    if ((cpu.cr4 & cr4::osxmmexcpt) == 0) {
        throw Fault::ud();
    }
    throw Fault{Vector::simd_error, 0, {}};
}

}  // namespace ringside::cpu
