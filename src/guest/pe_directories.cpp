// SPDX-License-Identifier: MIT
#include <algorithm>

#include "guest/pe_reader.hpp"

namespace ringside::guest::pe {
namespace {

/// Ordinals are 16 bits wide, so no table of functions is longer.
constexpr std::uint32_t most_functions = 0x10000;

}  // namespace

/// IMAGE_EXPORT_DIRECTORY.
void read_exports(Reader& reader, Directory directory) {
    if (directory.rva == 0 || directory.size == 0) {
        return;
    }
    const std::byte* const header = reader.at_rva(directory.rva, 40, "export directory").data();
    const auto base = load<std::uint32_t>(header + 16);
    const auto count = load<std::uint32_t>(header + 20);
    const auto name_count = load<std::uint32_t>(header + 24);
    if (count > most_functions || name_count > most_functions || base > 0xFFFF) {
        reader.reject("export directory", fmt::format("{} functions and {} names from ordinal {}",
                                                      count, name_count, base));
    }
    if (count == 0) {
        return;
    }
    const auto functions = reader.at_rva(load<std::uint32_t>(header + 28), std::uint64_t{count} * 4,
                                         "export AddressOfFunctions");
    auto& exports = reader.image.exports;
    exports.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        Export& exported = exports[i];
        exported.ordinal = base + i;
        const auto rva = load<std::uint32_t>(functions.data() + std::size_t{i} * 4);
        if (rva >= directory.rva && rva - directory.rva < directory.size) {
            exported.forwarder = reader.text_at(rva, "export forwarder");
        } else if (rva >= reader.image.size) {
            reader.reject(
                "export AddressOfFunctions",
                fmt::format("ordinal {} at rva {:#x} is outside the image", base + i, rva));
        } else {
            exported.rva = rva;
        }
    }
    if (name_count != 0) {
        const auto names = reader.at_rva(load<std::uint32_t>(header + 32),
                                         std::uint64_t{name_count} * 4, "export AddressOfNames");
        const auto ordinals =
            reader.at_rva(load<std::uint32_t>(header + 36), std::uint64_t{name_count} * 2,
                          "export AddressOfNameOrdinals");
        for (std::uint32_t i = 0; i < name_count; ++i) {
            const auto index = load<std::uint16_t>(ordinals.data() + std::size_t{i} * 2);
            if (index >= count) {
                reader.reject("export AddressOfNameOrdinals",
                              fmt::format("name {} has function {} of {}", i, index, count));
            }
            std::string name = reader.text_at(
                load<std::uint32_t>(names.data() + std::size_t{i} * 4), "export AddressOfNames");
            if (exports[index].name.empty()) {
                exports[index].name = std::move(name);
            } else {
                Export alias = exports[index];
                alias.name = std::move(name);
                exports.push_back(std::move(alias));
            }
        }
    }
    // A slot with neither address nor forwarder is a hole in the ordinals.
    std::erase_if(exports, [](const Export& e) { return e.rva == 0 && e.forwarder.empty(); });
}

/// IMAGE_IMPORT_DESCRIPTOR array, ended by a zero descriptor.
void read_imports(Reader& reader, Directory directory) {
    if (directory.rva == 0 || directory.size == 0) {
        return;
    }
    std::uint32_t total = 0;
    for (std::uint64_t at = directory.rva;; at += 20) {
        const std::byte* const descriptor = reader.at_rva(at, 20, "import directory").data();
        const auto names = load<std::uint32_t>(descriptor);
        const auto module = load<std::uint32_t>(descriptor + 12);
        const auto slots = load<std::uint32_t>(descriptor + 16);
        if (module == 0 || slots == 0) {
            return;
        }
        Import import;
        import.module = reader.text_at(module, "import Name");
        const std::string field = fmt::format("import {}", import.module);
        for (std::uint32_t i = 0;; ++i) {
            const std::uint64_t entry = std::uint64_t{i} * 4;
            const auto thunk =
                reader.load_rva<std::uint32_t>((names != 0 ? names : slots) + entry, field);
            if (thunk == 0) {
                break;
            }
            // Descriptors may share one table: the sum is bounded, not the table alone.
            if (++total > most_functions) {
                reader.reject(field, "more than 65536 functions imported");
            }
            ImportedFunction function;
            function.slot = static_cast<std::uint32_t>(slots + entry);
            static_cast<void>(reader.at_rva(slots + entry, 4, field));
            if ((thunk & 0x80000000) != 0) {
                function.ordinal = thunk & 0xFFFF;
            } else {
                function.name = reader.text_at(thunk + 2, field);
                if (function.name.empty()) {
                    reader.reject(field, fmt::format("function {} has an empty name", i + 1));
                }
            }
            import.functions.push_back(std::move(function));
        }
        reader.image.imports.push_back(std::move(import));
    }
}

/// IMAGE_BASE_RELOCATION blocks.
void read_relocations(Reader& reader, Directory directory) {
    if (directory.rva == 0 || directory.size == 0) {
        return;
    }
    constexpr std::string_view field = "relocation directory";
    const auto table = reader.at_rva(directory.rva, directory.size, field);
    std::size_t at = 0;
    while (table.size() - at >= 8) {
        const auto page = load<std::uint32_t>(table.data() + at);
        const auto size = load<std::uint32_t>(table.data() + at + 4);
        if (size < 8 || size > table.size() - at || size % 2 != 0) {
            reader.reject(std::string(field),
                          fmt::format("a block of {:#x} bytes at {:#x}", size, at));
        }
        for (std::size_t i = at + 8; i + 2 <= at + size; i += 2) {
            const auto entry = load<std::uint16_t>(table.data() + i);
            const unsigned kind = entry >> 12U;
            const std::uint64_t rva = std::uint64_t{page} + (entry & 0xFFFU);
            if (kind == 0) {
                continue;
            }
            if (kind != 3) {
                reader.reject(std::string(field),
                              fmt::format("type {} at rva {:#x} is not HIGHLOW (3)", kind, rva));
            }
            if (rva + 4 > reader.image.size) {
                reader.reject(std::string(field),
                              fmt::format("rva {:#x} is outside the image", rva));
            }
            reader.image.relocations.push_back({static_cast<std::uint32_t>(rva)});
        }
        at += size;
    }
}

/// IMAGE_TLS_DIRECTORY32; its fields are addresses, not rvas.
void read_tls(Reader& reader, Directory directory) {
    if (directory.rva == 0 || directory.size == 0) {
        return;
    }
    const std::byte* const header = reader.at_rva(directory.rva, 24, "TLS directory").data();
    TlsDirectory tls{load<std::uint32_t>(header), load<std::uint32_t>(header + 4),
                     load<std::uint32_t>(header + 8), load<std::uint32_t>(header + 12),
                     load<std::uint32_t>(header + 16)};
    const auto inside = [&](std::uint32_t address) {
        return address >= reader.image.preferred_base &&
               address - reader.image.preferred_base <= reader.image.size;
    };
    if (tls.end < tls.start || (tls.end != tls.start && (!inside(tls.start) || !inside(tls.end)))) {
        reader.reject("TLS directory", fmt::format("data from {:#x} to {:#x} is outside the image",
                                                   tls.start, tls.end));
    }
    if (!inside(tls.index) || (tls.callbacks != 0 && !inside(tls.callbacks))) {
        reader.reject("TLS directory", "index or callbacks are outside the image");
    }
    reader.image.tls = tls;
}

}  // namespace ringside::guest::pe
