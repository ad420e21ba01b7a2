// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "cli/options.hpp"
#include "guest/personality.hpp"

namespace ringside::cli {

/// `--os bare`: images by --load and as PROGRAM, both FILE@ADDR.
[[nodiscard]] std::unique_ptr<guest::Personality> make_bare(const WorldOptions& options);

}  // namespace ringside::cli
