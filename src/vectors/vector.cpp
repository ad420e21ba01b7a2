// SPDX-License-Identifier: MIT
#include "vectors/vector.hpp"

namespace ringside::vectors {

std::string_view mnemonic_of(std::string_view name) {
    for (;;) {
        const std::size_t end = name.find(' ');
        const std::string_view word = name.substr(0, end);
        const bool prefix = word == "lock" || word.starts_with("rep") || word == "xacquire" ||
                            word == "xrelease" || word == "bnd";
        if (!prefix || end == std::string_view::npos) {
            return word;
        }
        name.remove_prefix(end + 1);
    }
}

}  // namespace ringside::vectors
