// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::guest {

/// The code of an ELF32 relocatable file, as `as --32` writes it: one .text and what it refers to.
class PatchObject {
  public:
    using Lookup = std::function<std::optional<LinearAddress>(std::string_view)>;

    /// Reads untrusted bytes. Throws InputError (126) that names file, field and reason.
    PatchObject(std::string_view file, std::span<const std::byte> bytes);

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
    /// The global names in it, at addresses that count from its first byte.
    [[nodiscard]] const std::vector<ModuleSymbol>& symbols() const { return symbols_; }

    /// The code as it stands at `at`. Throws InputError (2) for a symbol that `lookup` lacks.
    [[nodiscard]] std::vector<std::byte> placed_at(LinearAddress at, const Lookup& lookup) const;

  private:
    enum class Target : std::uint8_t { inside, absolute, outside };
    struct Relocation {
        std::uint32_t offset = 0;
        bool relative = false;
        Target target{};
        std::uint32_t value = 0;  ///< of a symbol inside, or absolute
        std::string name;         ///< of a symbol outside
    };

    std::string file_;
    std::vector<std::byte> text_;
    std::vector<ModuleSymbol> symbols_;
    std::vector<Relocation> relocations_;
};

}  // namespace ringside::guest
