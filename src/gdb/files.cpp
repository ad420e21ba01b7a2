// SPDX-License-Identifier: MIT
#include "gdb/files.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/xml.hpp"
#include "gdb/hex.hpp"
#include "gdb/kernel_entries.hpp"
#include "gdb/packet.hpp"
#include "gdb/stack_rules.hpp"
#include "gdb/symbol_file.hpp"

namespace ringside::gdb {
namespace {

constexpr std::string_view folder = "/guest/";
// Numbers of the protocol's own (GDB manual, "Errno Values" and "struct stat").
constexpr int no_such_file = 2;
constexpr int bad_descriptor = 9;
constexpr int invalid_argument = 22;
constexpr int too_many_files = 23;
constexpr std::uint32_t regular_file_readable = 0100444;
constexpr std::size_t most_open = 64;

std::string failure(int error) {
    return fmt::format("F-1,{:x}", error);
}

void big_endian(std::string& text, std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) {
        text += static_cast<char>(value >> (8 * i) & 0xFF);
    }
}

/// Of a file that was written a second after 1970: a date of zero means none to gdb.
std::string stat_of(std::size_t size) {
    constexpr std::uint32_t date = 1;
    std::string text;
    for (const std::uint32_t field : {0U, 0U, regular_file_readable, 1U, 0U, 0U, 0U}) {
        big_endian(text, field, 4);
    }
    for (const std::uint64_t field :
         {std::uint64_t{size}, std::uint64_t{512}, (size + 511) / 512}) {
        big_endian(text, field, 8);
    }
    for (const std::uint32_t field : {date, date, date}) {
        big_endian(text, field, 4);
    }
    return text;
}

std::string attached(std::string_view data) {
    return fmt::format("F{:x};{}", data.size(), escaped(data));
}

/// A thread that has yet to begin returns to its first function, and the debugger takes the name of
/// the byte in front.
guest::Module with_beginnings(guest::Module module, const std::vector<LinearAddress>& functions) {
    std::vector<guest::ModuleSymbol> added;
    for (const guest::ModuleSymbol& symbol : module.symbols) {
        if (std::find(functions.begin(), functions.end(), symbol.address) != functions.end()) {
            added.push_back({symbol.address - 1, symbol.name + " (to begin)", 1});
        }
    }
    module.symbols.insert(module.symbols.end(), added.begin(), added.end());
    std::stable_sort(module.symbols.begin(), module.symbols.end(),
                     [](const auto& a, const auto& b) { return a.address < b.address; });
    return module;
}

}  // namespace

const guest::Module* Files::program() const {
    const guest::SymbolTable& symbols = personality_.symbols();
    const auto entry = personality_.program_entry();
    const auto& modules = symbols.modules();
    const auto found = std::find_if(modules.begin(), modules.end(), [&](const auto& row) {
        return entry && *entry - row.second.base < row.second.size;
    });
    if (found != modules.end()) {
        return &found->second;
    }
    return modules.empty() ? nullptr : &modules.begin()->second;
}

/// Of modules that have one name, as the parts of an image may, the first bears it alone.
std::string Files::path_of(const guest::Module& module) const {
    const auto& modules = personality_.symbols().modules();
    const auto first = std::find_if(modules.begin(), modules.end(), [&module](const auto& row) {
        return row.second.name == module.name;
    });
    const bool alone = first == modules.end() || first->second.base == module.base;
    return alone ? fmt::format("{}{}", folder, module.name)
                 : fmt::format("{}{}@{:x}", folder, module.name, module.base.value);
}

std::string Files::program_path() const {
    const guest::Module* const module = program();
    return module == nullptr ? "" : path_of(*module);
}

std::string Files::library_list() const {
    std::string text = "<library-list>\n";
    for (const auto& [base, module] : personality_.symbols().modules()) {
        if (&module != program()) {
            text += fmt::format("  <library name=\"{}\"><segment address=\"0x{:x}\"/></library>\n",
                                xml_text(path_of(module)), base);
        }
    }
    return text + "</library-list>\n";
}

std::optional<std::string> Files::content_of(std::string_view path) {
    for (const auto& [base, module] : personality_.symbols().modules()) {
        if (path_of(module) == path) {
            return symbol_file_of(module);
        }
    }
    return std::nullopt;
}

/// gdb opens a file several times; what it is made of changes with what is loaded, and when the
/// kernel fills its IDT.
const std::string& Files::symbol_file_of(const guest::Module& module) {
    const std::vector<KernelEntry> entries = kernel_entries(machine_);
    const std::pair state{personality_.symbols().generation(), entries.size()};
    if (std::exchange(made_for_, state) != state) {
        made_.clear();
    }
    const auto known = made_.find(module.base.value);
    return known != made_.end()
               ? known->second
               : made_.emplace(module.base.value, make_symbol_file(module, entries)).first->second;
}

std::string Files::make_symbol_file(const guest::Module& module,
                                    std::vector<KernelEntry> entries) const {
    const Placed placed = &module == program() ? Placed::as_program : Placed::as_library;
    std::erase_if(entries, [&module](const KernelEntry& entry) {
        return entry.at - module.base >= module.size;
    });
    const CodeReader code{
        [this](LinearAddress from, std::size_t length) { return memory_.read(from, length); }};
    const StackRules rules = stack_rules(module, entries, code);
    const LinearAddress end = module.base + module.size;
    const bool has_border = !entries.empty() || rules.has_context;
    const std::uint32_t bias = placed == Placed::as_program ? 0 : module.base.value;
    return symbol_file(with_beginnings(module, rules.outermost), placed,
                       frame_section(rules, bias, has_border ? end.value : 0),
                       has_border ? border_bytes : 0);
}

std::string Files::open(std::string_view arguments) {
    const auto path = text_from_hex(take_until(arguments, ','));
    const auto content = path ? content_of(*path) : std::nullopt;
    if (!content) {
        return failure(no_such_file);
    }
    std::uint32_t descriptor = 0;
    while (open_.contains(descriptor)) {
        ++descriptor;
    }
    if (descriptor == most_open) {
        return failure(too_many_files);
    }
    open_.emplace(descriptor, *content);
    return fmt::format("F{:x}", descriptor);
}

std::string Files::read(std::string_view arguments) const {
    const auto descriptor = hex_dword(take_until(arguments, ','));
    const auto count = hex_number(take_until(arguments, ','));
    const auto offset = hex_number(arguments);
    if (!descriptor || !count || !offset) {
        return failure(invalid_argument);
    }
    const auto file = open_.find(*descriptor);
    if (file == open_.end()) {
        return failure(bad_descriptor);
    }
    const std::string_view content = file->second;
    if (*offset >= content.size()) {
        return attached({});
    }
    // Every byte may need two.
    return attached(content.substr(*offset, static_cast<std::size_t>(std::min<std::uint64_t>(
                                                *count, largest_packet / 2 - 32))));
}

std::string Files::status(std::string_view arguments) const {
    const auto descriptor = hex_dword(arguments);
    const auto file = descriptor ? open_.find(*descriptor) : open_.end();
    return file == open_.end() ? failure(bad_descriptor) : attached(stat_of(file->second.size()));
}

std::string Files::answer(std::string_view request) {
    const std::string_view verb = take_until(request, ':');
    if (verb == "setfs") {
        return "F0";  // there is one file system
    }
    if (verb == "open") {
        return open(request);
    }
    if (verb == "pread") {
        return read(request);
    }
    if (verb == "fstat") {
        return status(request);
    }
    if (verb == "close") {
        const auto descriptor = hex_dword(request);
        return descriptor && open_.erase(*descriptor) != 0 ? "F0" : failure(bad_descriptor);
    }
    return verb == "readlink" ? failure(invalid_argument) : std::string();
}

}  // namespace ringside::gdb
