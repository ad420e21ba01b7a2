// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bits.hpp"

namespace ringside::cpu {

/// General registers in the order of their encoding.
enum class GeneralRegister : std::uint8_t { eax, ecx, edx, ebx, esp, ebp, esi, edi };

/// The eight general registers, reached by number or, for decoded ops, by byte offset: AH is the
/// byte at offset 1, CH at 5 and so on. A ninth word is always zero, for addresses without a base
/// or an index.
class RegisterFile {
  public:
    static constexpr std::uint8_t zero_offset = 32;

    [[nodiscard]] static constexpr std::uint8_t offset_of(GeneralRegister r) {
        return static_cast<std::uint8_t>(static_cast<unsigned>(r) * 4);
    }

    std::uint32_t& operator[](GeneralRegister r) { return words_[static_cast<std::size_t>(r)]; }
    std::uint32_t operator[](GeneralRegister r) const {
        return words_[static_cast<std::size_t>(r)];
    }

    template <typename W>
    [[nodiscard]] W get(std::uint8_t offset) const {
        return load<W>(reinterpret_cast<const std::byte*>(words_.data()) + offset);
    }
    template <typename W>
    void set(std::uint8_t offset, W value) {
        store<W>(reinterpret_cast<std::byte*>(words_.data()) + offset, value);
    }

  private:
    std::array<std::uint32_t, 9> words_{};
};

}  // namespace ringside::cpu
