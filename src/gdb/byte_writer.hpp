// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringside::gdb {

/// Little-endian numbers one behind the other.
class ByteWriter {
  public:
    void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
    void half(std::uint16_t value) {
        byte(static_cast<std::uint8_t>(value & 0xFF));
        byte(static_cast<std::uint8_t>(value >> 8));
    }
    void word(std::uint32_t value) {
        half(static_cast<std::uint16_t>(value & 0xFFFF));
        half(static_cast<std::uint16_t>(value >> 16));
    }
    void text(std::string_view value) { bytes_ += value; }
    /// With a zero behind it.
    void string(std::string_view value) {
        bytes_ += value;
        bytes_ += '\0';
    }
    /// LEB128, as DWARF has numbers.
    void uleb(std::uint32_t value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value));
    }
    void sleb(std::int32_t value) {
        while (value < -0x40 || value >= 0x40) {
            byte(static_cast<std::uint8_t>((value & 0x7F) | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value & 0x7F));
    }
    void fill_to(std::size_t alignment, char with) {
        while (bytes_.size() % alignment != 0) {
            bytes_ += with;
        }
    }
    void set_word(std::size_t at, std::uint32_t value) {
        for (unsigned i = 0; i < 4; ++i) {
            bytes_[at + i] = static_cast<char>(value >> (8 * i) & 0xFF);
        }
    }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

}  // namespace ringside::gdb
