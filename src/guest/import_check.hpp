// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "guest/image.hpp"

namespace ringside::guest {

/// The image of the module of that name (lower case, with its extension), a null pointer when
/// there is none, or why the file of that name is no image. Images live as long as the check.
using FindModule = std::function<Expected<const Image*, ImageError>(std::string_view name)>;

/// A module's name as the loader compares it: lower case, ".dll" added when there is no extension.
[[nodiscard]] std::string module_name(std::string_view name);

/// Follows every import of `program` and of the modules it needs, forwarders included, so that a
/// program that cannot start is refused with a reason before its first instruction: a missing DLL,
/// a missing function, forwarders that go round in a circle.
[[nodiscard]] Expected<void, ImageError> check_imports(const Image& program,
                                                       const FindModule& find);

}  // namespace ringside::guest
