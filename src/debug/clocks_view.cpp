// SPDX-License-Identifier: MIT
#include "debug/clocks_view.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "cpu/instruction.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::debug {
namespace {

using cpu::Model;
using cpu::timing::ClockRow;
using cpu::timing::ClockTable;
using cpu::timing::Figure;
using cpu::timing::P6Parameters;

/// Conditions and instructions that have several names; the decoder knows the second.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> condition_aliases{{
    {"C", "B"},
    {"NAE", "B"},
    {"AE", "NB"},
    {"NC", "NB"},
    {"E", "Z"},
    {"NE", "NZ"},
    {"NA", "BE"},
    {"A", "NBE"},
    {"PE", "P"},
    {"PO", "NP"},
    {"NGE", "L"},
    {"GE", "NL"},
    {"NG", "LE"},
    {"G", "NLE"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> other_aliases{{
    {"RETF", "RET"},
    {"RETN", "RET"},
    {"LOOPZ", "LOOPE"},
    {"LOOPNZ", "LOOPNE"},
    {"SAL", "SHL"},
    {"XLATB", "XLAT"},
    {"WAIT", "FWAIT"},
    {"ICEBP", "INT1"},
    {"REP", "PREFIX"},
}};

/// The name that the decoder or the table has for an instruction, in upper case.
std::string usual_name(std::string_view name) {
    const std::string word = upcase(name);
    for (const auto& [alias, usual] : other_aliases) {
        if (word == alias) {
            return std::string{usual};
        }
    }
    for (const std::string_view stem : {"CMOV", "SET", "J"}) {
        for (const auto& [alias, usual] : condition_aliases) {
            if (word == fmt::format("{}{}", stem, alias)) {
                return fmt::format("{}{}", stem, usual);
            }
        }
    }
    return word;
}

/// Every name that chooses the rows of some key.
std::vector<std::pair<std::string, std::string_view>> names() {
    std::vector<std::pair<std::string, std::string_view>> all;
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        if (all.empty() || all.back().second != row.key) {
            all.emplace_back(upcase(row.key), row.key);
        }
    }
    for (const cpu::Instruction& instruction : cpu::instruction_set()) {
        if (!instruction.clocks.empty()) {
            all.emplace_back(upcase(ZydisMnemonicGetString(instruction.mnemonic)),
                             instruction.clocks);
        }
    }
    return all;
}

std::string_view key_for(std::string_view name) {
    const auto all = names();
    for (const std::string& wanted : {upcase(name), usual_name(name)}) {
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const auto& each) { return each.first == wanted; });
        if (found != all.end()) {
            return found->second;
        }
    }
    std::vector<std::string> candidates;
    for (const auto& [each, key] : all) {
        candidates.push_back(each);
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    throw InputError(2, fmt::format("inspect clocks: no figures for '{}'{}", name,
                                    suggestion(name, candidates)));
}

/// Thousandths of a clock as clocks.
std::string clocks_of(std::uint64_t ticks) {
    return ticks % 1000 == 0 ? fmt::format("{}", ticks / 1000)
                             : fmt::format("{}.{}", ticks / 1000, ticks % 1000 / 100);
}

/// A formula with its parameters' values in place of their names.
std::string with_values(std::string_view text) {
    const auto open = text.find('(');
    std::string out{text.substr(0, open + 1)};
    for (const std::string_view argument :
         split(text.substr(open + 1, text.size() - open - 2), ',')) {
        std::uint64_t sum = 0;
        for (const std::string_view term : split(argument, '+')) {
            const auto number = parse_number(term);
            sum += number ? *number : P6Parameters::embedded().value(term).value_or(0);
        }
        out += fmt::format("{}{}", out.ends_with('(') ? "" : ",", sum);
    }
    out += ")";
    return out;
}

std::string p6_text(const ClockRow& row) {
    const auto figure = ClockTable::of(Model::p6).figure(row);
    if (!figure) {
        return "-";
    }
    if (figure->formula) {
        const std::string_view text = row.p6.empty() ? row.pentium : row.p6;
        return fmt::format("~{}", with_values(text.starts_with('~') ? text.substr(1) : text));
    }
    const std::string base = clocks_of(figure->base);
    return figure->taken == figure->base ? fmt::format("~{}", base)
                                         : fmt::format("~{}|{}", base, clocks_of(figure->taken));
}

std::string figure_text(const ClockRow& row, Model model) {
    switch (model) {
        case Model::i386: return std::string{row.i386};
        case Model::i486: return std::string{row.i486};
        case Model::pentium: return std::string{row.pentium};
        case Model::p6:
        case Model::modern: break;
    }
    return p6_text(row);
}

std::string_view in_words(std::string_view confidence) {
    return confidence == "H" ? "widely printed" : confidence == "M" ? "lists differ" : "unsettled";
}

bool is_p6(Model model) {
    return model >= Model::p6;
}

/// Of a figure with a ~ it is the note that says why it is what it is.
std::string rests_on(const ClockRow& row, Model model) {
    if (is_p6(model)) {
        return ClockTable::of(Model::p6).source(row);
    }
    return figure_text(row, model).starts_with('~') ? "assumed"
                                                    : std::string{in_words(row.confidence)};
}

guest::View side_by_side(std::string_view key) {
    guest::View view{
        "Clocks of all models; ~ assumed, - no such form, a|b not taken|taken",
        {"key", "form", "mode", "i386", "i486", "pentium", "p6", "printed", "p6 rests on", "note"},
        {}};
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        if (key.empty() || row.key == key) {
            view.rows.push_back(
                {{std::string{row.key}, std::string{row.form}, std::string{row.mode},
                  std::string{row.i386}, std::string{row.i486}, std::string{row.pentium},
                  p6_text(row), std::string{in_words(row.confidence)}, rests_on(row, Model::p6),
                  std::string{row.note}}});
        }
    }
    return view;
}

guest::View of_one(std::string_view key, Model model) {
    const std::string_view name = cpu::traits(model).name;
    guest::View view{fmt::format("Clocks of {}; ~ assumed, a|b not taken|taken", name),
                     {"key", "form", "mode", "clocks", "rests on", "note"},
                     {}};
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        const std::string text = figure_text(row, model);
        if (text != "-" && (key.empty() || row.key == key)) {
            view.rows.push_back(
                {{std::string{row.key}, std::string{row.form}, std::string{row.mode}, text,
                  rests_on(row, model), std::string{row.note}}});
        }
    }
    if (view.rows.empty()) {
        throw InputError(2, fmt::format("inspect clocks: {} has no {}", name, key));
    }
    return view;
}

}  // namespace

guest::View clocks_view(std::string_view name, std::optional<Model> model) {
    const std::string_view key = name.empty() ? std::string_view{} : key_for(name);
    return model ? of_one(key, *model) : side_by_side(key);
}

}  // namespace ringside::debug
