// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "cpu/model.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// The rows of data/clocks.tsv with what each figure rests on: of all models side by side, or of
/// one. `name` chooses a key ("SHL/SHR/SAR", "TS") or an instruction in any usual spelling ("jne",
/// "retf"), without regard to case; empty: every row. Throws InputError (2), with what may have
/// been meant, for a name that no row has, and for an instruction that the model lacks.
[[nodiscard]] guest::View clocks_view(std::string_view name, std::optional<cpu::Model> model);

}  // namespace ringside::debug
