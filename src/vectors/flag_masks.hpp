// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "vectors/vector.hpp"

namespace ringside::vectors {

/// The FLAGS bits that a suite's published metadata calls defined, by opcode and, for groups, the
/// reg field of ModR/M.
class FlagMasks {
  public:
    /// The 80286 suite's metadata.json: `opcodes`, there `flags-mask`, under `reg` for groups.
    /// Throws InputError (2).
    static FlagMasks from_json(std::string_view file, std::string_view text);
    /// The 80386 suite's 80386.csv: columns `op`, `ex`, `f_umask`. Throws InputError (2).
    static FlagMasks from_csv(std::string_view file, std::string_view text);

    /// 1 bits are defined; nothing when all are.
    [[nodiscard]] std::optional<std::uint16_t> find(std::span<const std::byte> instruction) const;
    [[nodiscard]] std::size_t size() const { return masks_.size(); }

  private:
    static constexpr unsigned no_group = 8;
    void add(unsigned opcode, unsigned extension, std::uint16_t mask);

    std::map<unsigned, std::uint16_t> masks_;  ///< by opcode * 16 + extension
};

/// Hashes of tests that their makers took back, one a line, `#` comments. Throws InputError (2).
[[nodiscard]] std::set<Hash> read_revocations(std::string_view file, std::string_view text);

/// The FLAGS bits that the manual leaves undefined behind an instruction, by its mnemonic. Vectors
/// that end in a single-step trap need it: their files mask completed instructions only.
[[nodiscard]] std::uint32_t undefined_flags(std::string_view mnemonic);

}  // namespace ringside::vectors
