// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringside::host {

/// UTF-16 for well-formed UTF-8; nothing for overlong forms, surrogates and stray bytes.
[[nodiscard]] std::optional<std::u16string> to_utf16(std::string_view utf8);

/// UTF-8 for well-formed UTF-16; nothing when a surrogate stands alone.
[[nodiscard]] std::optional<std::string> to_utf8(std::u16string_view);

/// UTF-8 for messages: a lone surrogate and a control character become `?`.
[[nodiscard]] std::string to_printable(std::u16string_view);

/// Upper case by the simple one-to-one rules of Latin, Greek and Cyrillic, as file names are
/// compared. The same on every host: no locale is asked.
[[nodiscard]] char16_t upcase(char16_t);
[[nodiscard]] std::u16string upcase(std::u16string_view);

}  // namespace ringside::host
