// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::nt {

class Kernel;

/// A kernel structure as `inspect` shows it, read from guest memory as it is now: `pcr`, `prcb`,
/// `shared-data`, `thread`, `process`, `teb`, `peb` field by field; `ssdt`, `mappings` and
/// `threads` as tables.
[[nodiscard]] std::optional<guest::View> kernel_view(const Kernel& kernel,
                                                     const guest::Machine& machine,
                                                     std::string_view which);

[[nodiscard]] std::vector<std::string> kernel_view_names();

/// Where the structure that views show under a name of their own stands: "KPCR", "TEB" ...
[[nodiscard]] std::optional<LinearAddress> structure_at(const Kernel& kernel,
                                                        const guest::Machine& machine,
                                                        std::string_view structure);

}  // namespace ringside::nt
