// SPDX-License-Identifier: MIT
#include "base/ensure.hpp"

#include <fmt/format.h>

namespace ringside {

void broken_invariant(std::string_view what, std::source_location where) {
    std::string_view file = where.file_name();
    if (const auto slash = file.rfind("src/"); slash != std::string_view::npos) {
        file.remove_prefix(slash);
    }
    throw BrokenInvariant(fmt::format("{} ({}:{})", what, file, where.line()));
}

}  // namespace ringside
