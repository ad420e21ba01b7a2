// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ringside {

/// SHA-256 (FIPS 180-4): by which bytes are known again.
class Sha256 {
  public:
    using Digest = std::array<std::uint8_t, 32>;

    void add(std::span<const std::byte> bytes);
    /// Of all that was added; more may be added afterwards.
    [[nodiscard]] Digest digest() const;

    [[nodiscard]] static Digest of(std::span<const std::byte> bytes);

  private:
    void add_block(const std::byte* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> block_{};
    std::uint64_t length_ = 0;  ///< bytes
};

/// In hexadecimal digits.
[[nodiscard]] std::string to_text(const Sha256::Digest& digest);

}  // namespace ringside
