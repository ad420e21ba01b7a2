// SPDX-License-Identifier: MIT
#include "debug/symbol_verbs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "debug/expression.hpp"
#include "debug/view_text.hpp"

namespace ringside::debug {
namespace {

const guest::Module* module_of(const guest::SymbolTable& symbols, LinearAddress at) {
    for (const auto& [base, module] : symbols.modules()) {
        if (at - module.base < module.size) {
            return &module;
        }
    }
    return nullptr;
}

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern) {
    const std::string text = upcase(name);
    const std::string wanted = upcase(pattern);
    // Where the last * stands, and how much of the text it has swallowed so far.
    std::size_t star = std::string::npos;
    std::size_t swallowed = 0;
    std::size_t t = 0;
    std::size_t w = 0;
    while (t < text.size()) {
        if (w < wanted.size() && wanted[w] == '*') {
            star = w++;
            swallowed = t;
        } else if (w < wanted.size() && (wanted[w] == '?' || wanted[w] == text[t])) {
            ++w;
            ++t;
        } else if (star != std::string::npos) {
            w = star + 1;
            t = ++swallowed;
        } else {
            return false;
        }
    }
    return wanted.find_first_not_of('*', w) == std::string::npos;
}

std::string list_nearest(Inspector& inspector, const Arguments& arguments) {
    const LinearAddress at{arguments.empty() ? inspector.place().value
                                             : evaluate(arguments.text, inspector)};
    const guest::SymbolTable& symbols = inspector.symbols();
    const guest::Module* const module = module_of(symbols, at);
    if (module == nullptr) {
        return fmt::format("{:08X} is in no loaded module\n", at.value);
    }
    std::string text = fmt::format("({:08X})  {}", at.value, symbols.describe(at));
    const auto next =
        std::find_if(module->symbols.begin(), module->symbols.end(),
                     [at](const guest::ModuleSymbol& symbol) { return symbol.address > at; });
    if (next != module->symbols.end()) {
        text += fmt::format("  |  ({:08X})  {}!{}", next->address.value, module->name, next->name);
    }
    return text + "\n";
}

std::string examine_symbols(Inspector& inspector, const Arguments& arguments) {
    const auto words = arguments.words(1);
    if (words.empty()) {
        throw InputError(2, "x: name what to look for, as in x nt!Ki*");
    }
    const auto bang = words[0].find('!');
    const std::string module_pattern = bang == std::string::npos ? "*" : words[0].substr(0, bang);
    const std::string symbol_pattern =
        bang == std::string::npos ? words[0] : words[0].substr(bang + 1);
    std::string text;
    for (const auto& [base, module] : inspector.symbols().modules()) {
        if (!matches_pattern(module.name, module_pattern)) {
            continue;
        }
        for (const guest::ModuleSymbol& symbol : module.symbols) {
            if (matches_pattern(symbol.name, symbol_pattern)) {
                text +=
                    fmt::format("{:08X}  {}!{}\n", symbol.address.value, module.name, symbol.name);
            }
        }
    }
    return text.empty() ? fmt::format("no symbol like {}\n", words[0]) : text;
}

std::string list_modules(Inspector& inspector, const Arguments& arguments) {
    static_cast<void>(arguments.words(0));
    guest::View view{"", {"start", "end", "module", "symbols"}, {}};
    for (const auto& [base, module] : inspector.symbols().modules()) {
        view.rows.push_back(
            {{fmt::format("{:08X}", base), fmt::format("{:08X}", (module.base + module.size).value),
              module.name, fmt::format("{}", module.symbols.size())}});
    }
    return view.rows.empty() ? "no module is loaded\n" : to_text(view);
}

std::string evaluate_expression(Inspector& inspector, const Arguments& arguments) {
    const std::uint32_t value = evaluate(arguments.text, inspector);
    std::string text = fmt::format("{:08X} = {}", value, value);
    if (const auto place = inspector.symbols().place(LinearAddress{value})) {
        text += fmt::format("  {}", place->text());
    }
    return text + "\n";
}

}  // namespace ringside::debug
