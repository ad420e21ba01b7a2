// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "oracle/duel.hpp"
#include "oracle/generate/forms.hpp"
#include "oracle/program.hpp"

namespace ringside::oracle {

/// A program and how it is to be run.
struct Trial {
    Program program;
    Duel::Blocks blocks = Duel::Blocks::whole;
    std::string_view name;  ///< mnemonic, or what kind of program it is
};

/// Makes the programs of a seed. Each depends on the seed and its own number only.
class Generator {
  public:
    /// `only`: forms of this mnemonic; empty for all. Throws InputError (2) when there are none.
    Generator(std::uint64_t seed, std::string_view only);

    /// Nothing when this number's dice make no program.
    [[nodiscard]] std::optional<Trial> make(std::uint64_t number) const;

    [[nodiscard]] const std::vector<Form>& forms() const { return forms_; }

  private:
    std::uint64_t seed_;
    std::vector<Form> forms_;
};

}  // namespace ringside::oracle
