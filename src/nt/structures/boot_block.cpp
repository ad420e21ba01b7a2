// SPDX-License-Identifier: MIT
#include "nt/structures/boot_block.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <embedded/nt.hpp>

#include "base/ensure.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {

BootBlock::BootBlock() {
    std::size_t size = 0;
    for (const Row& row : rows_of(embedded::nt_boot_block())) {
        ensure(row.size() == 3, "boot block: a row has three fields");
        const auto offset = static_cast<std::uint32_t>(*parse_number(row[1]));
        offsets_.emplace(row[0], offset);
        size = std::max<std::size_t>(size, offset + *parse_number(row[2]));
    }
    bytes_.resize(size);
}

void BootBlock::set(std::string_view field, std::uint32_t value) {
    const auto offset = offsets_.find(field);
    ensure(offset != offsets_.end(), fmt::format("boot block: no field {}", field));
    std::memcpy(bytes_.data() + offset->second, &value, sizeof value);
}

}  // namespace ringside::nt
