// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace ringside::cpu::timing {

/// How the pentium may issue an instruction beside another one.
enum class Pairing : std::uint8_t {
    alone,     ///< NP
    either,    ///< UV: in the U or the V pipe
    first,     ///< PU: in the U pipe, with another one behind it
    second,    ///< PV: in the V pipe, behind another one
    exchange,  ///< FX: a floating-point instruction that takes an FXCH along
    exchanged  ///< FXCH itself
};

/// What data/pairing.tsv says of a form of data/clocks.tsv; `alone` of those that it does not name.
[[nodiscard]] Pairing pairing_of(std::string_view key, std::string_view form);

}  // namespace ringside::cpu::timing
