// SPDX-License-Identifier: MIT
#include "guest/symbols.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::guest {

std::string SymbolPlace::text() const {
    std::string result(module);
    if (!symbol.empty()) {
        result += fmt::format("!{}", symbol);
    }
    if (offset != 0) {
        result += fmt::format("+0x{:X}", offset);
    }
    return result;
}

void SymbolTable::add(Module module) {
    std::stable_sort(
        module.symbols.begin(), module.symbols.end(),
        [](const ModuleSymbol& a, const ModuleSymbol& b) { return a.address < b.address; });
    modules_[module.base.value] = std::move(module);
    ++generation_;
}

void SymbolTable::remove(LinearAddress base) {
    modules_.erase(base.value);
    ++generation_;
}

std::optional<SymbolPlace> SymbolTable::place(LinearAddress address) const {
    auto at = modules_.upper_bound(address.value);
    if (at == modules_.begin()) {
        return std::nullopt;
    }
    const Module& module = std::prev(at)->second;
    if (address - module.base >= module.size) {
        return std::nullopt;
    }
    const auto behind = std::upper_bound(
        module.symbols.begin(), module.symbols.end(), address,
        [](LinearAddress wanted, const ModuleSymbol& symbol) { return wanted < symbol.address; });
    const SymbolPlace unnamed{module.name, {}, address - module.base};
    if (behind == module.symbols.begin()) {
        return unnamed;
    }
    // Of several names at one address the first that was given.
    const auto found = std::lower_bound(
        module.symbols.begin(), behind, std::prev(behind)->address,
        [](const ModuleSymbol& symbol, LinearAddress wanted) { return symbol.address < wanted; });
    const std::uint32_t offset = address - found->address;
    if (found->size != 0 && offset >= found->size) {
        return unnamed;
    }
    return SymbolPlace{module.name, found->name, offset};
}

std::string SymbolTable::describe(LinearAddress address) const {
    const auto found = place(address);
    return found ? found->text() : fmt::format("{:08X}", address.value);
}

std::optional<LinearAddress> SymbolTable::find(std::string_view text) const {
    std::uint32_t offset = 0;
    if (const auto plus = text.rfind('+'); plus != std::string_view::npos) {
        const auto number = parse_number(text.substr(plus + 1));
        if (!number || *number > 0xFFFFFFFFU) {
            return std::nullopt;
        }
        offset = static_cast<std::uint32_t>(*number);
        text = text.substr(0, plus);
    }
    std::string_view module_name;
    if (const auto bang = text.find('!'); bang != std::string_view::npos) {
        module_name = text.substr(0, bang);
        text = text.substr(bang + 1);
    }
    std::optional<LinearAddress> found;
    for (const auto& [base, module] : modules_) {
        if (!module_name.empty() && upcase(module_name) != upcase(module.name)) {
            continue;
        }
        for (const ModuleSymbol& symbol : module.symbols) {
            if (symbol.name == text) {
                if (found && *found != symbol.address) {
                    return std::nullopt;
                }
                found = symbol.address;
            }
        }
    }
    return found ? std::optional(*found + offset) : std::nullopt;
}

std::optional<LinearAddress> SymbolTable::evaluate(std::string_view text) const {
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() == 8 && error == std::errc{} && stop == text.data() + text.size()) {
        return LinearAddress{value};
    }
    if (const auto number = parse_number(text); number && *number <= 0xFFFFFFFFU) {
        return LinearAddress{static_cast<std::uint32_t>(*number)};
    }
    return find(text);
}

}  // namespace ringside::guest
