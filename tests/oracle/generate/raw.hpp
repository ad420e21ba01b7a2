// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cpu/decode/decoder.hpp"
#include "oracle/generate/forms.hpp"
#include "oracle/random.hpp"

namespace ringside::oracle {

/// Bytes that may be no instruction at all.
struct RawBytes {
    std::vector<std::byte> bytes;
    std::optional<cpu::Decoded> decoded;  ///< nothing: #UD, or #GP for more than 15 bytes
};

/// An instruction with damaged bytes, or random ones. Nothing for what processors later than the
/// table's do, or do otherwise.
[[nodiscard]] std::optional<RawBytes> raw_bytes(const std::vector<Form>& forms, bool code32,
                                                Random& random);

}  // namespace ringside::oracle
