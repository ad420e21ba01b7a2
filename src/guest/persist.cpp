// SPDX-License-Identifier: MIT
#include "base/archive.hpp"
#include "guest/image.hpp"
#include "guest/symbols.hpp"

namespace ringside::guest {

static void persist(Archive& archive, ModuleSymbol& symbol) {
    auto& [address, name, size] = symbol;
    persist_all(archive, address, name, size);
}

static void persist(Archive& archive, Module& module) {
    auto& [name, base, size, symbols] = module;
    persist_all(archive, name, base, size, symbols);
}

void SymbolTable::persist(Archive& archive) {
    ringside::persist(archive, modules_);
    if (archive.loading()) {
        ++generation_;
    }
}

static void persist(Archive& archive, Section& section) {
    auto& [name, rva, size, readable, writable, executable, file_offset, bytes] = section;
    persist_all(archive, name, rva, size, readable, writable, executable, file_offset, bytes);
}

static void persist(Archive& archive, Export& exported) {
    auto& [name, ordinal, rva, forwarder] = exported;
    persist_all(archive, name, ordinal, rva, forwarder);
}

static void persist(Archive& archive, ImportedFunction& function) {
    auto& [name, ordinal, slot] = function;
    persist_all(archive, name, ordinal, slot);
}

static void persist(Archive& archive, Import& import) {
    auto& [module, functions] = import;
    persist_all(archive, module, functions);
}

static void persist(Archive& archive, Relocation& relocation) {
    auto& [rva] = relocation;
    persist_all(archive, rva);
}

static void persist(Archive& archive, TlsDirectory& tls) {
    auto& [start, end, index, callbacks, zero_fill] = tls;
    persist_all(archive, start, end, index, callbacks, zero_fill);
}

static void persist(Archive& archive, Symbol& symbol) {
    auto& [name, rva, size] = symbol;
    persist_all(archive, name, rva, size);
}

void persist(Archive& archive, Image& image) {
    auto& [file, preferred_base, size, entry, library, relocatable, subsystem, subsystem_major,
           subsystem_minor, characteristics, dll_characteristics, stack_reserve, stack_commit,
           heap_reserve, heap_commit, headers, sections, exports, imports, relocations, tls,
           symbols] = image;
    persist_all(archive, file, preferred_base, size, entry, library, relocatable, subsystem,
                subsystem_major, subsystem_minor, characteristics, dll_characteristics,
                stack_reserve, stack_commit, heap_reserve, heap_commit, headers, sections, exports,
                imports, relocations, tls, symbols);
    constexpr std::uint32_t largest = 0x7FFF0000;
    archive.require(size != 0 && size <= largest && preferred_base % page_size == 0,
                    "an image does not fit into an address space");
}

}  // namespace ringside::guest
