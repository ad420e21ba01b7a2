// SPDX-License-Identifier: MIT
#include "base/ensure.hpp"

#include <fmt/format.h>

namespace ringside {

void broken_invariant(std::string_view what, std::string_view file, int line) {
    if (const auto slash = file.rfind("/src/"); slash != std::string_view::npos) {
        file.remove_prefix(slash + 1);
    }
    throw BrokenInvariant(fmt::format("{} ({}:{})", what, file, line));
}

}  // namespace ringside
