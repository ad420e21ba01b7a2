// SPDX-License-Identifier: MIT
#include "guest/system_dll.hpp"

#include <algorithm>
#include <string>

#include <embedded/guest.hpp>

namespace ringside::guest {

std::optional<std::span<const std::byte>> ntdll_of(std::string_view profile) {
    std::string name(profile);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return embedded::find_in_guest("ntdll_" + name + "_dll");
}

}  // namespace ringside::guest
