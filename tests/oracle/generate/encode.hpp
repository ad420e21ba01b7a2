// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cpu/decode/decoder.hpp"
#include "oracle/generate/forms.hpp"
#include "oracle/random.hpp"

namespace ringside::oracle {

struct Encoded {
    std::vector<std::byte> bytes;
    cpu::Decoded decoded;
};

/// An instruction of the form with random prefixes, operands and immediates. Nothing when that
/// comes to another instruction.
[[nodiscard]] std::optional<Encoded> encode(const Form& form, bool code32, Random& random);

/// Reads the bytes anew behind a change.
void decode_again(Encoded& encoded, bool code32);

}  // namespace ringside::oracle
