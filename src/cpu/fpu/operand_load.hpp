// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/form.hpp"

namespace ringside::cpu::fpu {

// Memory operands of arithmetic and comparisons as sources; template arguments of their bodies.

inline Source source_real32(const Transfer& x) {
    return from_single(static_cast<std::uint32_t>(x.low));
}
inline Source source_real64(const Transfer& x) {
    return from_double(x.low);
}
inline Source source_integer16(const Transfer& x) {
    return {from_integer(static_cast<std::int16_t>(x.low))};
}
inline Source source_integer32(const Transfer& x) {
    return {from_integer(static_cast<std::int32_t>(x.low))};
}

}  // namespace ringside::cpu::fpu
