// SPDX-License-Identifier: MIT
#include "vectors/vector.hpp"

#include <algorithm>

namespace ringside::vectors {
namespace {

/// Some makers write the override in front of a string instruction.
bool is_segment_register(std::string_view word) {
    return word.size() == 2 && word[1] == 's' &&
           std::string_view("cdefgs").find(word[0]) != std::string_view::npos;
}

}  // namespace

bool is_prefix(unsigned byte) {
    constexpr std::array<unsigned, 11> prefixes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65,
                                                0x66, 0x67, 0xF0, 0xF2, 0xF3};
    return std::find(prefixes.begin(), prefixes.end(), byte) != prefixes.end();
}

std::string_view mnemonic_of(std::string_view name) {
    for (;;) {
        const std::size_t end = name.find(' ');
        const std::string_view word = name.substr(0, end);
        const bool prefix = word == "lock" || word.starts_with("rep") || word == "xacquire" ||
                            word == "xrelease" || word == "bnd" || is_segment_register(word);
        if (!prefix || end == std::string_view::npos) {
            return word;
        }
        name.remove_prefix(end + 1);
    }
}

}  // namespace ringside::vectors
