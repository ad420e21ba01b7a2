// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "nt/memory/section_pages.hpp"

namespace ringside::nt {

class Kernel;

/// Pages that come from a file and, if the backing says so, go back to it; zeros without a file.
[[nodiscard]] std::shared_ptr<SectionPages> data_section_pages(Kernel& kernel, std::uint32_t count,
                                                               SectionBacking backing);

}  // namespace ringside::nt
