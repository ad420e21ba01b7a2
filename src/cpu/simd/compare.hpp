// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/compare.hpp"
#include "cpu/simd/lane_result.hpp"

namespace ringside::cpu::simd {

/// Of CMPPS and its like, by imm8 (SDM vol. 2, table 3-1).
enum class Predicate : std::uint8_t {
    equal,
    less,
    less_equal,
    unordered,
    not_equal,
    not_less,
    not_less_equal,
    ordered,
};

/// a against b. `quiet` says whether quiet NaNs are invalid, as for COMISS, or not, as for UCOMISS.
template <typename F>
[[nodiscard]] fpu::Comparison order(typename F::Bits a, typename F::Bits b, fpu::QuietNan quiet,
                                    Mxcsr mxcsr);

/// All ones where the predicate holds, else zero.
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> compare(typename F::Bits a, typename F::Bits b,
                                                   Predicate predicate, Mxcsr mxcsr);

// The second operand is the answer when either is a NaN, which is invalid and stays as it is, and
// when both are zeros.
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> minimum(typename F::Bits a, typename F::Bits b,
                                                   Mxcsr mxcsr);
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> maximum(typename F::Bits a, typename F::Bits b,
                                                   Mxcsr mxcsr);

}  // namespace ringside::cpu::simd
