// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "cli/options.hpp"
#include "cli/personalities.hpp"
#include "guest/personality.hpp"

namespace ringside::cli {

/// `--os bare`: a kernel as PROGRAM, flat images by --load and as PROGRAM, both FILE@ADDR, ROMs.
[[nodiscard]] std::unique_ptr<guest::Personality> make_bare(const WorldOptions& options,
                                                            const Surroundings& around);

}  // namespace ringside::cli
