// SPDX-License-Identifier: MIT
#include "guest/symbol_suggestion.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/near_miss.hpp"
#include "base/text.hpp"

namespace ringside::guest {
namespace {

std::string full_name(const Module& module, std::string_view symbol) {
    return fmt::format("{}!{}", module.name, symbol);
}

bool has(const Module& module, std::string_view name) {
    return std::any_of(module.symbols.begin(), module.symbols.end(),
                       [name](const ModuleSymbol& symbol) { return symbol.name == name; });
}

std::string in_module(const Module& module, std::string_view name) {
    std::vector<std::string> candidates;
    for (const ModuleSymbol& symbol : module.symbols) {
        candidates.push_back(full_name(module, symbol.name));
    }
    return suggestion(full_name(module, name), candidates);
}

/// "ntdl!NtClose": of the modules, those first that have the symbol.
std::string of_modules(const SymbolTable& symbols, std::string_view module, std::string_view name) {
    std::vector<std::string> owners;
    std::vector<std::string> modules;
    for (const auto& [base, other] : symbols.modules()) {
        modules.push_back(other.name);
        if (has(other, name)) {
            owners.push_back(full_name(other, name));
        }
    }
    const std::string near = suggestion(fmt::format("{}!{}", module, name), owners);
    return near.empty() ? suggestion(module, modules) : near;
}

}  // namespace

std::string symbol_suggestion(const SymbolTable& symbols, std::string_view text) {
    const std::string_view name = text.substr(0, text.find('+'));
    if (const auto mark = name.find('!'); mark != std::string_view::npos) {
        const auto module = name.substr(0, mark);
        for (const auto& [base, loaded] : symbols.modules()) {
            if (upcase(loaded.name) == upcase(module)) {
                return in_module(loaded, name.substr(mark + 1));
            }
        }
        return of_modules(symbols, module, name.substr(mark + 1));
    }
    std::vector<std::string> owners;
    std::set<std::string> names;
    for (const auto& [base, module] : symbols.modules()) {
        if (has(module, name)) {
            owners.push_back(full_name(module, name));
        }
        for (const ModuleSymbol& symbol : module.symbols) {
            names.insert(symbol.name);
        }
    }
    return owners.empty() ? suggestion(name, std::vector<std::string>(names.begin(), names.end()))
                          : fmt::format("; there are {}", fmt::join(owners, ", "));
}

}  // namespace ringside::guest
