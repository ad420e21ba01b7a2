// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/simd/lane_result.hpp"

namespace ringside::cpu::simd {

// One lane of the basic operations in integers, for Single and Double.

template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> add(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr);
/// a - b
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> subtract(typename F::Bits a, typename F::Bits b,
                                                    Mxcsr mxcsr);
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> multiply(typename F::Bits a, typename F::Bits b,
                                                    Mxcsr mxcsr);
/// a / b
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> divide(typename F::Bits a, typename F::Bits b,
                                                  Mxcsr mxcsr);
/// Of b; the destination's old lane is no operand.
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> square_root(typename F::Bits, typename F::Bits b,
                                                       Mxcsr mxcsr);

}  // namespace ringside::cpu::simd
