// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/simd/lane_result.hpp"

namespace ringside::cpu::simd {

/// CVTSI2SS, CVTDQ2PD and their like.
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> from_integer(std::uint32_t value, Mxcsr mxcsr);

/// CVTSS2SI, CVTPD2DQ and their like; beyond the range invalid, with 80000000. Denormals raise
/// nothing but PE.
template <typename F>
[[nodiscard]] LaneResult<std::uint32_t> to_integer(typename F::Bits value, Mxcsr mxcsr);
/// The same towards zero: CVTTSS2SI and its like.
template <typename F>
[[nodiscard]] LaneResult<std::uint32_t> to_integer_truncated(typename F::Bits value, Mxcsr mxcsr);

/// CVTSS2SD, CVTPS2PD.
[[nodiscard]] LaneResult<std::uint64_t> to_double(std::uint32_t value, Mxcsr mxcsr);
/// CVTSD2SS, CVTPD2PS.
[[nodiscard]] LaneResult<std::uint32_t> to_single(std::uint64_t value, Mxcsr mxcsr);

}  // namespace ringside::cpu::simd
