// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ringside::host {

/// Why the host could not do what a guest asked. Personalities turn these into their own codes.
enum class HostError {
    not_found,       ///< The last component does not exist.
    path_not_found,  ///< A directory on the way does not exist.
    invalid_name,    ///< A component that no guest name may have (`..`, `a:b`, NUL, too long).
    access_denied,   ///< Permissions, a link, or a file that is neither regular nor a directory.
    read_only,       ///< The mount was not given with `:rw`.
    not_a_directory,
    is_a_directory,
    exists,
    not_empty,
    disk_full,
    too_many_open,
    interrupted,  ///< The user asked the run to end while the host waited.
    broken_pipe,
    device_error,
};

[[nodiscard]] std::string_view name_of(HostError);

/// The kind of a failed host call's errno.
[[nodiscard]] HostError from_errno(int);

}  // namespace ringside::host
