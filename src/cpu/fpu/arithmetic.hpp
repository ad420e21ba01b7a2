// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "cpu/fpu/result.hpp"

namespace ringside::cpu::fpu {

/// The operations that IEEE 754 fixes to the last bit, in one of two implementations that are
/// bit-equal: of our own integer arithmetic, or of the host's x87.
struct Arithmetic {
    using Binary = Result (*)(Source a, Source b, Control control);
    using Unary = Result (*)(Source a, Control control);

    std::string_view name;
    Binary add;
    Binary subtract;  ///< a - b
    Binary multiply;
    Binary divide;  ///< a / b
    Unary square_root;
};

[[nodiscard]] const Arithmetic& soft_arithmetic();

/// The host's, where it has an x87; else the soft one.
[[nodiscard]] const Arithmetic& host_arithmetic();

}  // namespace ringside::cpu::fpu
