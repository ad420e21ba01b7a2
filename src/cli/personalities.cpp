// SPDX-License-Identifier: MIT
#include "cli/personalities.hpp"

#include "cli/bare_world.hpp"
#include "cli/nt_world.hpp"
#include "nt/profile.hpp"

namespace ringside::cli {

std::unique_ptr<guest::Personality> make_personality(const WorldOptions& options,
                                                     const Surroundings& around) {
    if (options.os == "bare") {
        return make_bare(options, around);
    }
    return make_nt(options, around);
}

std::vector<std::string> system_names() {
    auto names = nt::profile_names();
    names.emplace_back("bare");
    return names;
}

std::string entry_of(const WorldOptions& options, bool has_sysenter) {
    return options.os == "bare" ? "none" : nt_entry(options, has_sysenter);
}

}  // namespace ringside::cli
