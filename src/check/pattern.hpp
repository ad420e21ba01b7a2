// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/expected.hpp"

namespace ringside::check {

/// Whatever it is.
struct AnyValue {
    friend bool operator==(AnyValue, AnyValue) = default;
};

/// `same-as #n` or `same-as #n.Field`: what a field of another transition of the case is.
struct SameAs {
    std::size_t transition = 0;  ///< counts from 0, in the order of the file
    std::string field;           ///< empty: the one of the same name
    friend bool operator==(const SameAs&, const SameAs&) = default;
};

/// `bits 0x200 set`, `bits 0x200 set, bits 0x500 clear`: the rest of the number is free.
struct Bits {
    std::uint32_t set = 0;
    std::uint32_t clear = 0;
    [[nodiscard]] bool match(std::uint64_t value) const {
        return (value & set) == set && (value & clear) == 0;
    }
    friend bool operator==(const Bits&, const Bits&) = default;
};

/// What a field should be: a number, a text (a symbol, a status by name), or a mask.
using Pattern = std::variant<AnyValue, std::int64_t, std::string, SameAs, Bits>;

/// Reads a string of a case file. The error says what is wrong with a mask.
[[nodiscard]] ringside::Expected<Pattern, std::string> parse_pattern(std::string_view text);

/// A mask as it is written, without quotation marks; a number as eight digits.
[[nodiscard]] std::string pattern_text(const Pattern& pattern);

/// The same bits, as they stand in `value`.
[[nodiscard]] std::string bits_text(const Bits& bits, std::uint64_t value);

}  // namespace ringside::check
