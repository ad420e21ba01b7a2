// SPDX-License-Identifier: MIT
#include "cli/inspect_profile.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "nt/profile.hpp"
#include "nt/service_diff.hpp"

namespace ringside::cli {
namespace {

guest::View assumptions(const nt::Profile& profile) {
    guest::View view{.title = fmt::format("What is assumed of {}", profile.name),
                     .columns = {"what", "value", "why"},
                     .rows = {}};
    for (const nt::Assumption& assumption : profile.assumptions) {
        view.rows.push_back({{assumption.what, assumption.value, assumption.why}});
    }
    return view;
}

}  // namespace

std::optional<guest::View> inspect_profile(const CommandLine& line) {
    const InspectOptions& options = line.inspect;
    if (options.assumptions) {
        if (!options.diff.first.empty()) {
            throw InputError(2, "inspect: --assumptions and --diff are two tables; ask for one");
        }
        return assumptions(nt::load_profile(line.world.os));
    }
    if (options.diff.first.empty()) {
        return std::nullopt;
    }
    if (options.what != "ssdt") {
        throw InputError(2, "inspect: --diff compares service tables; want ssdt --diff OS OS");
    }
    return nt::service_diff(nt::load_profile(options.diff.first),
                            nt::load_profile(options.diff.second));
}

}  // namespace ringside::cli
