// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

#include "cpu/simd/register_lanes.hpp"

namespace ringside::cpu::simd {

/// Four singles, two doubles, one single, one double, as mnemonics end.
enum class Shape : std::uint8_t { ps, pd, ss, sd };

/// The operations that IEEE 754 fixes to the last bit, in one of two implementations that are
/// bit-equal: in integers, or by the host's SSE instructions.
struct Arithmetic {
    using Binary = Result (*)(const Xmm& a, const Xmm& b, Mxcsr mxcsr);
    /// By Shape.
    using Shapes = std::array<Binary, 4>;

    std::string_view name;
    Shapes add;
    Shapes subtract;  ///< a - b
    Shapes multiply;
    Shapes divide;       ///< a / b
    Shapes square_root;  ///< of b
};

[[nodiscard]] constexpr Arithmetic::Binary of_shape(const Arithmetic::Shapes& shapes, Shape shape) {
    return shapes[static_cast<std::size_t>(shape)];
}

[[nodiscard]] const Arithmetic& soft_arithmetic();

/// The host's, where it has SSE; else the soft one.
[[nodiscard]] const Arithmetic& host_arithmetic();

// SSE3's operations between neighbours, by either of them; `shape` is ps or pd.

/// a - b in even lanes, a + b in odd ones.
[[nodiscard]] Result add_subtract(const Arithmetic& arithmetic, Shape shape, const Xmm& a,
                                  const Xmm& b, Mxcsr mxcsr);
/// Sums, or differences, of the pairs of a and then of b.
[[nodiscard]] Result horizontal(const Arithmetic::Shapes& operation, Shape shape, const Xmm& a,
                                const Xmm& b, Mxcsr mxcsr);

}  // namespace ringside::cpu::simd
