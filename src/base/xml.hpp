// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ringside {

/// Text as an element or an attribute of XML 1.0 holds it. A byte that is no UTF-8, and a character
/// that XML has no place for or that no reader sees (controls but tab and line end), becomes `?`.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace ringside
