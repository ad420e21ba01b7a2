// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "guest/image.hpp"

namespace ringside::guest::pe {

/// Leaves the reader with an ImageError; caught once, in read_pe.
struct Rejected {
    ImageError error;
};

/// IMAGE_DATA_DIRECTORY.
struct Directory {
    std::uint32_t rva{};
    std::uint32_t size{};
};

enum class DirectoryIndex : std::size_t {
    exports = 0,
    imports = 1,
    relocations = 5,
    tls = 9,
    clr = 14,
};

/// What the headers say about the rest of the file.
struct Headers {
    std::uint16_t section_count{};
    std::uint32_t section_table{};
    std::uint32_t section_alignment{};
    std::uint32_t file_alignment{};
    std::uint32_t size_of_headers{};
    std::uint32_t symbol_table{};
    std::uint32_t symbol_count{};
    std::array<Directory, 16> directories{};

    [[nodiscard]] Directory directory(DirectoryIndex index) const {
        return directories[static_cast<std::size_t>(index)];
    }
};

/// Bounded reads from a PE file's bytes, by file offset before the sections are known and by rva
/// afterwards.
class Reader {
  public:
    Reader(std::string_view file, std::span<const std::byte> bytes) : bytes_(bytes) {
        image.file = file;
    }

    [[noreturn]] void reject(std::string field, std::string reason) const {
        throw Rejected{{image.file, std::move(field), std::move(reason)}};
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    /// `size` file bytes at `offset`; rejects the file as truncated when it ends before.
    [[nodiscard]] std::span<const std::byte> at(std::uint64_t offset, std::uint64_t size,
                                                std::string_view field) const;

    /// `size` bytes of headers or sections at `rva`, all of them backed by the file.
    [[nodiscard]] std::span<const std::byte> at_rva(std::uint64_t rva, std::uint64_t size,
                                                    std::string_view field) const;

    /// A zero-terminated name of at most 511 bytes.
    [[nodiscard]] std::string text_at(std::uint32_t rva, std::string_view field) const;

    template <typename T>
    [[nodiscard]] T load_rva(std::uint64_t rva, std::string_view field) const {
        return load<T>(at_rva(rva, sizeof(T), field).data());
    }

    Image image;

  private:
    /// The file-backed bytes from `rva` to the end of its section or of the headers.
    [[nodiscard]] std::span<const std::byte> rest_at(std::uint64_t rva,
                                                     std::string_view field) const;

    std::span<const std::byte> bytes_;
};

/// IMAGE_SECTION_HEADER array: the image's headers and sections.
void read_sections(Reader& reader, const Headers& headers);
void read_exports(Reader& reader, Directory directory);
void read_imports(Reader& reader, Directory directory);
void read_relocations(Reader& reader, Directory directory);
void read_tls(Reader& reader, Directory directory);

/// The COFF symbol table that GNU ld leaves in an image. It serves the reader of a trace only, so
/// a damaged one gives fewer symbols and no error.
void read_symbols(Reader& reader, std::uint32_t offset, std::uint32_t count);

}  // namespace ringside::guest::pe
