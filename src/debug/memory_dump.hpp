// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::debug {

/// Reads bytes of an address space without side effects; false where there is nothing.
using ReadBytes = std::function<bool(std::uint32_t from, std::span<std::byte> to)>;

/// How elements of memory are written down.
enum class DumpForm : std::uint8_t {
    bytes,    ///< 16 a line, with the characters behind them
    words,    ///< 8 a line
    dwords,   ///< 4 a line
    symbols,  ///< a dword a line, with the symbol that it points to
};

/// Elements from an address on, each line behind the address of its first; `?` for what is not
/// there.
[[nodiscard]] std::string dump(const ReadBytes& read, const guest::SymbolTable& symbols,
                               DumpForm form, std::uint32_t from, std::uint32_t elements);
[[nodiscard]] std::uint32_t element_size(DumpForm form);

enum class CharacterSize : std::uint8_t { one = 1, two = 2 };

/// A string up to its terminating zero, at most `most` characters, in double quotes; what is no
/// printable ASCII is escaped. Nothing when its first character is not there.
[[nodiscard]] std::optional<std::string> text_at(const ReadBytes& read, std::uint32_t from,
                                                 CharacterSize size, std::uint32_t most);

}  // namespace ringside::debug
