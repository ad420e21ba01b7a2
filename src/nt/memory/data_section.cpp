// SPDX-License-Identifier: MIT
#include "nt/memory/data_section.hpp"

#include <algorithm>

#include "nt/kernel.hpp"

namespace ringside::nt {

std::shared_ptr<SectionPages> data_section_pages(Kernel& kernel, std::uint32_t count,
                                                 SectionBacking backing) {
    FillPage fill;
    KeepPage keep;
    if (backing.file) {
        fill = [file = backing.file](std::uint32_t index, std::span<std::byte, page_size> to) {
            return file->read_at(std::uint64_t{index} * page_size, to).has_value();
        };
    }
    if (backing.keeps) {
        keep = [file = backing.file, size = backing.size, &kernel](
                   std::uint32_t index, std::span<const std::byte, page_size> from) {
            const std::uint64_t at = std::uint64_t{index} * page_size;
            const auto part = from.first(std::min<std::uint64_t>(page_size, size - at));
            if (!file->write_at(at, part) || !file->set_written(kernel.system_time())) {
                kernel.config.warn("a changed page of a mapped file could not be written back");
            }
        };
    }
    return std::make_shared<SectionPages>(kernel.pages, count, std::move(fill), std::move(keep),
                                          std::move(backing));
}

}  // namespace ringside::nt
