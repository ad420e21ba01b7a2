// SPDX-License-Identifier: MIT
#include "check/text_span.hpp"

namespace ringside::check {

TextPositions::TextPositions(std::string_view text) : text_(text), lines_{0} {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n') {
            lines_.push_back(at + 1);
        }
    }
}

std::size_t TextPositions::offset(std::uint32_t line, std::uint32_t column) const {
    if (line == 0 || line > lines_.size()) {
        return text_.size();
    }
    std::size_t at = lines_[line - 1];
    for (std::uint32_t left = column; left > 1 && at < text_.size(); --left) {
        do {
            ++at;
        } while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U);
    }
    return at;
}

}  // namespace ringside::check
