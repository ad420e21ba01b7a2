// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "oracle/duel.hpp"
#include "oracle/generate/forms.hpp"
#include "oracle/program.hpp"
#include "oracle/random.hpp"

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
    [[nodiscard]] std::optional<Trial> make(std::uint64_t number);

    [[nodiscard]] const std::vector<Form>& forms() const { return forms_; }

  private:
    [[nodiscard]] std::optional<Trial> one(Random& random) const;
    [[nodiscard]] std::optional<Trial> raw(Random& random) const;
    [[nodiscard]] std::optional<Trial> many(std::uint64_t family, Random& random);
    [[nodiscard]] Random dice_of(std::uint64_t number) const;

    std::uint64_t seed_;
    std::vector<Form> forms_;
    std::optional<Program> sequence_;
    std::optional<std::uint64_t> sequence_family_;
};

}  // namespace ringside::oracle
