// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/compare.hpp"
#include "cpu/simd/float_body.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// CMPPS and its like; the upper bits of the immediate are ignored.
template <Shape shape>
struct Compare {
    using Source = SourceOf<shape>;
    using Format = FormatOf<shape>;
    using Bits = typename Format::Bits;
    static Result apply(const State& state, const Op* op, const Xmm& a, const Xmm& b) {
        const auto predicate = static_cast<Predicate>(op->immediate & 7U);
        return for_lanes<Bits, extent_of<shape>>(a, b, {state.mxcsr},
                                                 [predicate](Bits x, Bits y, Mxcsr mxcsr) {
                                                     return compare<Format>(x, y, predicate, mxcsr);
                                                 });
    }
};

std::uint32_t flags_of(fpu::Order order) {
    switch (order) {
        case fpu::Order::greater: return 0;
        case fpu::Order::less: return flag::cf;
        case fpu::Order::equal: return flag::zf;
        case fpu::Order::unordered: break;
    }
    return flag::zf | flag::pf | flag::cf;
}

/// COMISS and its like write all six arithmetic flags.
template <typename Format, fpu::QuietNan quiet, typename Source>
[[gnu::noinline]] void compare_to_flags(Cpu& cpu, const Op* op) {
    using Bits = typename Format::Bits;
    require_sse(cpu);
    const Bits b = Source::template read<Bits>(cpu, op);
    const Bits a = low_part<Bits>(XmmFile::get(cpu, op->dst));
    const fpu::Comparison found = order<Format>(a, b, quiet, {cpu.simd.mxcsr});
    raise(cpu, found.status);
    cpu.flags.load(flags_of(found.order));
}

template <typename Format, fpu::QuietNan quiet>
Selection select_to_flags(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<XmmFile>(d, mode, [&]<typename Source>() {
        return handled<&compare_to_flags<Format, quiet, Source>, true>();
    });
}

template <Shape shape>
constexpr SelectHandler select_compare = &select_float<Compare<shape>>;

// clang-format off
constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CMPPD, select_compare<Shape::pd>, "packed float add", Model::p6, "SDM vol. 2, CMPPD"},
    Instruction{ZYDIS_MNEMONIC_CMPPS, select_compare<Shape::ps>, "packed float add", Model::p6, "SDM vol. 2, CMPPS"},
    Instruction{ZYDIS_MNEMONIC_CMPSS, select_compare<Shape::ss>, "float add", Model::p6, "SDM vol. 2, CMPSS"},
    Instruction{ZYDIS_MNEMONIC_COMISD, &select_to_flags<Double, fpu::QuietNan::invalid>, "float compare", Model::p6, "SDM vol. 2, COMISD"},
    Instruction{ZYDIS_MNEMONIC_COMISS, &select_to_flags<Single, fpu::QuietNan::invalid>, "float compare", Model::p6, "SDM vol. 2, COMISS"},
    Instruction{ZYDIS_MNEMONIC_UCOMISD, &select_to_flags<Double, fpu::QuietNan::unordered>, "float compare", Model::p6, "SDM vol. 2, UCOMISD"},
    Instruction{ZYDIS_MNEMONIC_UCOMISS, &select_to_flags<Single, fpu::QuietNan::unordered>, "float compare", Model::p6, "SDM vol. 2, UCOMISS"},
};
// clang-format on

}  // namespace

std::span<const Instruction> float_compare_instructions() {
    return table;
}

Selection select_scalar_compare(const Decoded& decoded, std::uint32_t mode) {
    return select_compare<Shape::sd>(decoded, mode);
}

}  // namespace ringside::cpu
