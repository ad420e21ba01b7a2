// SPDX-License-Identifier: MIT
#include "cli/personalities.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cli/bare_world.hpp"
#include "cli/nt_world.hpp"

namespace ringside::cli {

std::unique_ptr<guest::Personality> make_personality(const WorldOptions& options,
                                                     const Surroundings& around) {
    if (options.os == "bare") {
        return make_bare(options);
    }
    if (options.os == "xp") {
        return make_nt(options, around);
    }
    throw InputError(2, fmt::format("--os {}: no such system", options.os));
}

}  // namespace ringside::cli
