// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ringside::gdb {

/// Text as an XML attribute or element holds it; bytes that XML has no place for become `?`.
[[nodiscard]] inline std::string xml_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&apos;"; break;
            default: result += code < 0x20 || code > 0x7E ? '?' : c; break;
        }
    }
    return result;
}

}  // namespace ringside::gdb
