// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "cli/options.hpp"
#include "nt/profile.hpp"

namespace ringside::cli {

/// The profile that `--os` names, with the table of `--table` when there is one; an ntdll.dll whose
/// stubs know that table and the way in that `--entry` asks for; and the same for win32k's
/// services, by the name that their stubs' own library has since Windows 10.
struct NtSystem {
    nt::Profile profile;
    std::vector<std::byte> ntdll;
    std::vector<std::byte> win32u;
};
/// Throws InputError for a profile that does not exist and a list that cannot be used.
[[nodiscard]] NtSystem nt_system(const WorldOptions& options);

/// Whether `--entry` asks for what the system never had.
[[nodiscard]] bool is_anachronism(const WorldOptions& options, const nt::Profile& profile);

}  // namespace ringside::cli
