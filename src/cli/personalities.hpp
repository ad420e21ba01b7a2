// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "host/console.hpp"
#include "host/journal.hpp"
#include "host/mounts.hpp"

namespace ringside::cli {

/// What a personality is connected to.
struct Surroundings {
    host::Mounts& mounts;     ///< to be filled
    host::FileSystem& files;  ///< through which the guest sees them
    host::Console& console;
    host::Journal* journal;  ///< through which both go, if they do
    guest::Machine& machine;
    std::function<void(std::string_view)> warn;         ///< one line, without its end
    std::function<void(std::string_view)> debug_print;  ///< what the guest says to a debugger
};

/// The system that `--os` names, with its program read. One line here for each system.
[[nodiscard]] std::unique_ptr<guest::Personality> make_personality(const WorldOptions& options,
                                                                   const Surroundings& around);

/// The names that `--os` takes.
[[nodiscard]] std::vector<std::string> system_names();

/// How programs of that system enter its kernel, for a reader: "none" without a kernel.
[[nodiscard]] std::string entry_of(const WorldOptions& options, bool has_sysenter);

}  // namespace ringside::cli
