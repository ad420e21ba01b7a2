// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/control.hpp"
#include "cpu/fpu/float80.hpp"

namespace ringside::cpu::fpu {

/// What an operation computes: a value, and what it adds to the status word, namely exceptions and
/// C1 (the last rounding was upwards). `value` already is the masked or unmasked response; an
/// unmasked exception of status::before_result means that the destination keeps its old value.
struct Result {
    Float80 value;
    std::uint16_t status = 0;

    friend constexpr bool operator==(const Result&, const Result&) = default;
};

/// A number as a source: a loaded single or double that was denormal in its own format is normal
/// in the extended format, but still raises DE.
struct Source {
    Float80 value;
    bool was_denormal = false;
};

}  // namespace ringside::cpu::fpu
