// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "cli/options.hpp"
#include "nt/profile.hpp"

namespace ringside::cli {

/// The profile that `--os` names, with the table of `--table` when there is one, and an ntdll.dll
/// whose stubs know that table and the way in that `--entry` asks for.
struct NtSystem {
    nt::Profile profile;
    std::vector<std::byte> ntdll;
};
/// Throws InputError for a profile that does not exist and a list that cannot be used.
[[nodiscard]] NtSystem nt_system(const WorldOptions& options);

/// Whether `--entry` asks for what the system never had.
[[nodiscard]] bool is_anachronism(const WorldOptions& options, const nt::Profile& profile);

}  // namespace ringside::cli
