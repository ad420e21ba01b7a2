// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "oracle/generate/forms.hpp"
#include "oracle/random.hpp"

namespace ringside::oracle {

/// An instruction of the form for the middle of a sequence: it goes on to the next one unless it
/// faults, and leaves the registers alone that point to data. Behind REP comes with it what sets
/// the counter. Nothing when the dice say something else.
[[nodiscard]] std::optional<std::vector<std::byte>> member(const Form& form, bool code32,
                                                           Random& random);

/// MOV ECX,n or, in 16-bit code, MOV CX,n.
[[nodiscard]] std::vector<std::byte> set_counter(bool code32, std::uint32_t value);

/// Whether any of the instructions changes ECX.
[[nodiscard]] bool writes_counter(std::span<const std::byte> bytes, bool code32);

}  // namespace ringside::oracle
