// SPDX-License-Identifier: MIT
#include "nt/objects/object.hpp"

#include <fmt/format.h>

#include "host/utf16.hpp"

namespace ringside::nt {

std::string Object::describe_as(std::string_view type) const {
    return object_name_.empty() ? std::string(type)
                                : fmt::format("{} \"{}\"", type, host::to_printable(object_name_));
}

}  // namespace ringside::nt
