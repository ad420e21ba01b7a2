// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {
class Archive;
}

namespace ringside::guest {

/// Why a file is not an image that Ringside can run: which file, which field of it, and what is
/// wrong. Exit status 126.
struct ImageError {
    std::string file;
    std::string field;
    std::string reason;

    /// One line: `FILE: FIELD: reason`.
    [[nodiscard]] std::string text() const;
};

/// A stretch of an image with one protection. `bytes` is what the file holds of it; the rest up to
/// `size` reads as zero.
struct Section {
    std::string name;
    std::uint32_t rva{};
    std::uint32_t size{};
    bool readable{};
    bool writable{};
    bool executable{};
    std::uint32_t file_offset{};  ///< where `bytes` stands in the file
    std::vector<std::byte> bytes;
};

/// One exported function or variable. A forwarder ("OTHER.Name" or "OTHER.#7") has no `rva`; an
/// export by ordinal only has no `name`.
struct Export {
    std::string name;
    std::uint32_t ordinal{};
    std::uint32_t rva{};
    std::string forwarder;
};

/// One imported function; `slot` is the address-table entry the loader fills. By ordinal when
/// `name` is empty.
struct ImportedFunction {
    std::string name;
    std::uint32_t ordinal{};
    std::uint32_t slot{};
};

struct Import {
    std::string module;
    std::vector<ImportedFunction> functions;
};

/// A dword at `rva` that moves with the image (IMAGE_REL_BASED_HIGHLOW).
struct Relocation {
    std::uint32_t rva{};
};

/// IMAGE_TLS_DIRECTORY; the first four fields are addresses at the preferred base.
struct TlsDirectory {
    std::uint32_t start{};
    std::uint32_t end{};
    std::uint32_t index{};
    std::uint32_t callbacks{};
    std::uint32_t zero_fill{};
};

/// A name for the debugger and the trace. `size` reaches to the next symbol or the section's end.
struct Symbol {
    std::string name;
    std::uint32_t rva{};
    std::uint32_t size{};
};

struct SymbolOffset {
    std::string_view name;
    std::uint32_t offset{};
};

/// A program or library as its file describes it, before it stands anywhere in guest memory.
/// Every rva was checked to lie below `size`.
struct Image {
    std::string file;
    std::uint32_t preferred_base{};
    std::uint32_t size{};
    std::uint32_t entry{};
    bool library{};
    bool relocatable{};
    std::uint16_t subsystem{};
    std::uint16_t subsystem_major{};
    std::uint16_t subsystem_minor{};
    std::uint16_t characteristics{};
    std::uint16_t dll_characteristics{};
    std::uint32_t stack_reserve{};
    std::uint32_t stack_commit{};
    std::uint32_t heap_reserve{};
    std::uint32_t heap_commit{};
    std::vector<std::byte> headers;
    std::vector<Section> sections;
    std::vector<Export> exports;
    std::vector<Import> imports;
    std::vector<Relocation> relocations;
    std::optional<TlsDirectory> tls;
    std::vector<Symbol> symbols;

    /// The export of that name, or nothing. Names compare byte by byte, as on NT.
    [[nodiscard]] const Export* find_export(std::string_view name) const;
    [[nodiscard]] const Export* find_export(std::uint32_t ordinal) const;

    /// The symbol of that name (a function's or a variable's), else the export of that name.
    [[nodiscard]] std::optional<std::uint32_t> rva_of(std::string_view name) const;

    /// The symbol that `rva` lies in, and how far.
    [[nodiscard]] std::optional<SymbolOffset> symbol_at(std::uint32_t rva) const;

    [[nodiscard]] const Section* section_at(std::uint32_t rva) const;
};

void persist(Archive& archive, Image& image);

/// Sorts symbols by address and gives each its size. Of several names at one address the first is
/// the one that `symbol_at` answers: Zw aliases come last.
void arrange_symbols(Image& image);

}  // namespace ringside::guest
