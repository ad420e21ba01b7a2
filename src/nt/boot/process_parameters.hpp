// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "nt/structures/layout.hpp"

namespace ringside::nt {

/// `NAME=value` strings in upcased order, each with its zero, and a last zero.
[[nodiscard]] std::u16string environment_block(
    std::vector<std::pair<std::u16string, std::u16string>> variables);

struct ProcessStrings {
    std::u16string current_directory;
    std::u16string dll_path;
    std::u16string image_path;
    std::u16string command_line;
};

/// RTL_USER_PROCESS_PARAMETERS as it stands at `at`: normalised, its strings behind it. Throws
/// InputError (2) for a string that no UNICODE_STRING holds.
[[nodiscard]] std::vector<std::byte> process_parameters(const Layout& layout, LinearAddress at,
                                                        const ProcessStrings& strings,
                                                        LinearAddress environment,
                                                        std::uint32_t first_standard_handle);

}  // namespace ringside::nt
