// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "guest/symbols.hpp"

namespace ringside::guest {

/// Takes an ELF file for the i386 apart (System V ABI, "Object Files"). Everything it hands out
/// lies inside the file; whatever does not throws InputError (126) with file and field.
class ElfReader {
  public:
    static constexpr std::uint32_t section_symbols = 2;
    static constexpr std::uint32_t section_rel = 9;
    static constexpr std::size_t symbol_size = 16;

    struct Section {
        std::uint32_t name = 0;
        std::uint32_t type = 0;
        std::uint32_t link = 0;
        std::uint32_t info = 0;
        std::span<const std::byte> bytes;
    };
    /// A PT_LOAD entry; `bytes` are the first of its `size`, the others zeros.
    struct Segment {
        std::uint32_t linear = 0;
        std::uint32_t physical = 0;
        std::uint32_t size = 0;
        std::span<const std::byte> bytes;
    };
    struct Symbol {
        std::uint32_t name = 0;
        std::uint32_t value = 0;
        std::uint32_t size = 0;
        std::uint32_t type = 0;
        std::uint32_t binding = 0;
        std::uint16_t section = 0;
    };

    /// Judges the file header. Both arguments must outlive the reader.
    ElfReader(std::string_view file, std::span<const std::byte> bytes);

    [[nodiscard]] static bool is_elf(std::span<const std::byte> bytes);
    [[noreturn]] void fail(std::string_view field, std::string_view reason) const;

    [[nodiscard]] std::uint16_t type() const;
    [[nodiscard]] std::uint32_t entry() const;
    [[nodiscard]] std::vector<Section> sections() const;
    [[nodiscard]] std::vector<Segment> segments() const;
    [[nodiscard]] const Section& section(const std::vector<Section>& all, std::uint32_t index,
                                         std::string_view field) const;
    /// The string at an offset of a string table.
    [[nodiscard]] std::string_view string(std::span<const std::byte> table, std::uint32_t at,
                                          std::string_view field) const;
    [[nodiscard]] static Symbol symbol(std::span<const std::byte> table, std::size_t at);

  private:
    [[nodiscard]] std::span<const std::byte> part(std::uint64_t offset, std::uint64_t size,
                                                  std::string_view field) const;

    std::string_view file_;
    std::span<const std::byte> bytes_;
};

}  // namespace ringside::guest
