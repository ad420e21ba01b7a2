// SPDX-License-Identifier: MIT
#include "guest/patch.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "guest/symbol_suggestion.hpp"

namespace ringside::guest {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!(line = trim(line)).empty()) {
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

/// Pairs of hexadecimal digits, or nothing.
std::optional<std::vector<std::byte>> parse_bytes(std::span<const std::string_view> words) {
    std::vector<std::byte> bytes;
    for (const std::string_view word : words) {
        if (word.size() % 2 != 0) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < word.size(); i += 2) {
            unsigned value = 0;
            const char* const end = word.data() + i + 2;
            const auto [stop, error] = std::from_chars(word.data() + i, end, value, 16);
            if (error != std::errc{} || stop != end) {
                return std::nullopt;
            }
            bytes.push_back(static_cast<std::byte>(value));
        }
    }
    return bytes.empty() ? std::nullopt : std::optional(bytes);
}

std::uint32_t require_value(std::string_view text, std::string_view source,
                            const SymbolTable& symbols) {
    const auto value = symbols.evaluate(text);
    if (!value) {
        throw InputError(
            2, fmt::format("{}: '{}' is no address and no symbol of one loaded module{}", source,
                           text, symbol_suggestion(symbols, text)));
    }
    return value->value;
}

void write(Machine& machine, Personality& personality, LinearAddress at,
           std::span<const std::byte> bytes, std::string_view source) {
    if (std::uint64_t{at.value} + bytes.size() > std::uint64_t{1} << 32) {
        throw InputError(2, fmt::format("{}: {} bytes at {:08X} reach beyond 4 GiB", source,
                                        bytes.size(), at.value));
    }
    while (!bytes.empty()) {
        const auto translate = [&machine, at] {
            return machine.mmu().translate(at, mmu::Access::read, mmu::Privilege::supervisor);
        };
        auto physical = translate();
        if (!physical && personality.make_present(machine, at)) {
            physical = translate();
        }
        if (!physical) {
            throw InputError(
                2, fmt::format("{}: the page at {:08X} is not present", source, at.value));
        }
        const std::size_t step = std::min<std::size_t>(bytes.size(), page_size - page_offset(at));
        machine.memory().write_bytes(*physical, bytes.first(step));
        bytes = bytes.subspan(step);
        at += static_cast<std::uint32_t>(step);
    }
}

}  // namespace

void Patches::add_file(std::string_view file, std::string_view text) {
    std::size_t number = 0;
    for (std::string_view line : lines_of(text)) {
        ++number;
        auto words = words_of(line.substr(0, line.find('#')));
        if (words.empty()) {
            continue;
        }
        Patch patch;
        patch.source = fmt::format("{}:{}", file, number);
        if (words.front() == "early") {
            patch.time = PatchTime::early;
            words.erase(words.begin());
        }
        if (words.size() == 3 && words[1] == "=") {
            patch.what = Value{std::string(words[2])};
        } else if (words.size() < 2) {
            throw InputError(
                2, fmt::format("{}: want WHERE BYTES... or WHERE = DWORD|SYMBOL", patch.source));
        } else if (auto bytes = parse_bytes(std::span(words).subspan(1))) {
            patch.what = *std::move(bytes);
        } else {
            throw InputError(2, fmt::format("{}: want pairs of hexadecimal digits behind '{}', or "
                                            "= and a value",
                                            patch.source, words.front()));
        }
        patch.where = words.front();
        patches_.push_back(std::move(patch));
    }
}

void Patches::add_object(std::string_view file, std::span<const std::byte> bytes,
                         std::string where) {
    const PatchTime time = where.empty() ? PatchTime::early : PatchTime::late;
    patches_.push_back({std::string(file), std::move(where), PatchObject(file, bytes), time});
}

bool Patches::has(PatchTime time) const {
    return std::any_of(patches_.begin(), patches_.end(),
                       [time](const Patch& patch) { return patch.time == time; });
}

// All are placed before the first is written: modules may refer to each other.
void Patches::place_modules(Machine& machine, Personality& personality) const {
    std::vector<std::pair<const Patch*, LinearAddress>> placed;
    for (const Patch& patch : patches_) {
        const auto* const object = std::get_if<PatchObject>(&patch.what);
        if (object == nullptr || !patch.where.empty()) {
            continue;
        }
        const auto at = personality.place_kernel_module(
            machine, {.name = std::filesystem::path(patch.source).stem().string(),
                      .base = {},
                      .size = object->size(),
                      .symbols = object->symbols()});
        if (!at) {
            throw InputError(2, fmt::format("{}: this system has no place for kernel modules; say "
                                            "where by FILE@SYMBOL",
                                            patch.source));
        }
        placed.emplace_back(&patch, *at);
    }
    const SymbolTable& symbols = personality.symbols();
    for (const auto& [patch, at] : placed) {
        const auto code =
            std::get<PatchObject>(patch->what).placed_at(at, [&](std::string_view name) {
                const auto own =
                    symbols.find(fmt::format("{}!{}", personality.kernel_module(), name));
                return own ? own : symbols.find(name);
            });
        write(machine, personality, at, code, patch->source);
    }
}

void Patches::apply(PatchTime time, Machine& machine, Personality& personality) const {
    if (time == PatchTime::early) {
        place_modules(machine, personality);
    }
    const SymbolTable& symbols = personality.symbols();
    for (const Patch& patch : patches_) {
        if (patch.time != time || patch.where.empty()) {
            continue;
        }
        const LinearAddress at{require_value(patch.where, patch.source, symbols)};
        if (const auto* bytes = std::get_if<std::vector<std::byte>>(&patch.what)) {
            write(machine, personality, at, *bytes, patch.source);
        } else if (const auto* value = std::get_if<Value>(&patch.what)) {
            const std::uint32_t dword = require_value(value->text, patch.source, symbols);
            write(machine, personality, at, std::as_bytes(std::span(&dword, 1)), patch.source);
        } else {
            const auto code =
                std::get<PatchObject>(patch.what).placed_at(at, [&symbols](std::string_view name) {
                    return symbols.find(name);
                });
            write(machine, personality, at, code, patch.source);
        }
    }
}

}  // namespace ringside::guest
