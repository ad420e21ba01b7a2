// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::gdb {

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string to_hex(std::string_view text);
/// Nothing for an odd number of digits or for anything that is no digit.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text);
/// The same as text.
[[nodiscard]] std::optional<std::string> text_from_hex(std::string_view text);
/// A number as packets have it: hexadecimal digits, highest first, all of `text`.
[[nodiscard]] std::optional<std::uint64_t> hex_number(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> hex_dword(std::string_view text);

/// Cuts off and answers what stands before `separator`, or all of `text` when there is none.
[[nodiscard]] std::string_view take_until(std::string_view& text, char separator);
/// Cuts off `prefix`, if `text` begins with it.
[[nodiscard]] bool take_prefix(std::string_view& text, std::string_view prefix);

}  // namespace ringside::gdb
