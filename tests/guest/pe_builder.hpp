// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ringside::guest::test {

/// Writes a small PE32 file: headers in the first 0x200 bytes, one section at rva 0x1000 with the
/// file's second 0x200 bytes. Tests then spoil one field of it.
class PeBuilder {
  public:
    static constexpr std::uint32_t pe_offset = 0x80;
    static constexpr std::uint32_t file_header = pe_offset + 4;
    static constexpr std::uint32_t optional_header = file_header + 20;
    static constexpr std::uint32_t directories = optional_header + 96;
    static constexpr std::uint32_t section_table = optional_header + 224;
    static constexpr std::uint32_t section_rva = 0x1000;
    static constexpr std::uint32_t section_offset = 0x200;

    PeBuilder();

    PeBuilder& put8(std::uint32_t offset, std::uint8_t value);
    PeBuilder& put16(std::uint32_t offset, std::uint16_t value);
    PeBuilder& put32(std::uint32_t offset, std::uint32_t value);
    PeBuilder& resize(std::size_t size);

    PeBuilder& directory(std::uint32_t index, std::uint32_t rva, std::uint32_t size);

    /// Bytes at an rva of the section.
    PeBuilder& data32(std::uint32_t rva, std::uint32_t value);
    PeBuilder& text(std::uint32_t rva, const std::string& text);

    /// Gives the file one import: of a function by name, or by ordinal when `function` is empty.
    PeBuilder& import(const std::string& module, const std::string& function,
                      std::uint32_t ordinal = 0);

    /// Gives the file one export with ordinal 5; `forwarder` instead of code when not empty.
    PeBuilder& export_one(const std::string& function, const std::string& forwarder = {});

    [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

}  // namespace ringside::guest::test
