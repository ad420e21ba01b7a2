// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::nt {

/// LOADER_BLOCK, what the host tells KiSystemStartup, laid out by data/nt/boot_block.tsv.
class BootBlock {
  public:
    BootBlock();

    void set(std::string_view field, std::uint32_t value);
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  private:
    std::map<std::string, std::uint32_t, std::less<>> offsets_;
    std::vector<std::byte> bytes_;
};

}  // namespace ringside::nt
