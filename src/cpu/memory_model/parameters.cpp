// SPDX-License-Identifier: MIT
#include "cpu/memory_model/parameters.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <embedded/cpu.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::cpu::memory_model {
namespace {

constexpr std::array replacements{
    std::pair{std::string_view{"round_robin"}, Replacement::round_robin},
    std::pair{std::string_view{"lru"}, Replacement::lru},
    std::pair{std::string_view{"pseudo_lru"}, Replacement::pseudo_lru},
};

/// Without the mark of an assumption.
std::string_view bare(std::string_view figure) {
    return figure.starts_with('~') ? figure.substr(1) : figure;
}

std::optional<Replacement> replacement_named(std::string_view name) {
    for (const auto& [known, replacement] : replacements) {
        if (known == name) {
            return replacement;
        }
    }
    return std::nullopt;
}

bool is_figure(std::string_view figure) {
    const std::string_view text = bare(figure);
    const auto number = parse_number(text);
    return figure == "-" || replacement_named(text) || (number && *number <= UINT32_MAX);
}

/// One column of the rows.
class Column {
  public:
    Column(std::span<const ParameterRow> rows, Model model)
        : rows_(rows), index_(static_cast<std::size_t>(std::min(model, Model::p6))) {}

    [[nodiscard]] std::string_view figure(std::string_view name) const {
        const auto row = std::find_if(rows_.begin(), rows_.end(),
                                      [&](const ParameterRow& r) { return r.name == name; });
        ensure(row != rows_.end(), fmt::format("memory_parameters.tsv: a row '{}'", name));
        return row->figures.at(index_);
    }
    [[nodiscard]] std::string_view text(std::string_view name) const { return bare(figure(name)); }
    [[nodiscard]] std::uint32_t number(std::string_view name) const {
        const auto value = parse_number(text(name));
        return static_cast<std::uint32_t>(value.value_or(0));
    }
    [[nodiscard]] Parameter parameter(std::string_view name) const {
        return {number(name), figure(name).starts_with('~')};
    }
    [[nodiscard]] Replacement replacement(std::string_view name) const {
        return replacement_named(text(name)).value_or(Replacement::lru);
    }
    [[nodiscard]] std::uint32_t ways(std::string_view name) const {
        return std::max(number(name), 1U);
    }

  private:
    std::span<const ParameterRow> rows_;
    std::size_t index_;
};

Parameters parameters_of(const Column& c) {
    Parameters p;
    const Replacement tlb = c.replacement("tlb_replacement");
    p.tlb = {c.number("tlb_entries"), c.ways("tlb_ways"), tlb};
    p.code_tlb = {c.number("code_tlb_entries"), c.ways("code_tlb_ways"), tlb};
    p.large_tlb = {c.number("large_tlb_entries"), c.ways("large_tlb_ways"), tlb};
    p.large_code_tlb = {c.number("large_code_tlb_entries"), c.ways("large_code_tlb_ways"), tlb};
    p.walk = c.parameter("walk");
    p.walk_bus_reads = c.parameter("walk_bus_reads");
    p.updates = {Parameter{}, c.parameter("walk_one_update"), c.parameter("walk_two_updates")};
    p.update_bus_cycles = c.parameter("update_bus_cycles");
    p.accessed_bus_cycles = c.parameter("accessed_bus_cycles");
    p.bus_cycle = c.number("bus_cycle");
    p.queue_bytes = c.number("queue_bytes");
    p.cache_bytes = c.number("cache_bytes");
    p.cache_ways = c.ways("cache_ways");
    p.cache_line = c.number("cache_line");
    p.cache_replacement = c.replacement("cache_replacement");
    p.allocates_on_write = c.number("cache_allocates_on_write") != 0;
    p.code_cache_bytes = c.number("code_cache_bytes");
    p.code_cache_ways = c.ways("code_cache_ways");
    p.fill_bus_clocks = c.parameter("fill_bus_clocks");
    p.bus_ratio = c.parameter("bus_ratio");
    p.second_level_bytes = c.number("second_level_bytes");
    p.second_level_ways = c.ways("second_level_ways");
    p.second_level_clocks = c.parameter("second_level_clocks");
    p.memory_clocks = c.parameter("memory_clocks");
    p.bus_width = c.number("bus_width");
    p.misaligned = c.parameter("misaligned");
    p.line_crossing = c.parameter("line_crossing");
    p.bank_conflict = c.parameter("bank_conflict");
    return p;
}

}  // namespace

std::vector<ParameterRow> parse_parameters(std::string_view text) {
    std::vector<ParameterRow> rows;
    for (const std::string_view line :
         timing::data_lines(text, "name\ti386\ti486\tpentium\tp6\tsource")) {
        const auto field = split(line, '\t');
        ensure(field.size() == 6, fmt::format("memory_parameters.tsv: six fields in '{}'", line));
        const ParameterRow row{field[0], {field[1], field[2], field[3], field[4]}, field[5]};
        const bool repeated = std::any_of(rows.begin(), rows.end(), [&](const ParameterRow& other) {
            return other.name == row.name;
        });
        ensure(!row.name.empty() && !repeated,
               fmt::format("memory_parameters.tsv: a name, once, in '{}'", line));
        ensure(std::all_of(row.figures.begin(), row.figures.end(), is_figure),
               fmt::format("memory_parameters.tsv: figures in '{}'", line));
        rows.push_back(row);
    }
    return rows;
}

std::span<const ParameterRow> parameter_rows() {
    static const std::vector<ParameterRow> rows =
        parse_parameters(timing::embedded_text(embedded::memory_parameters_tsv()));
    return rows;
}

const Parameters& Parameters::of(Model model) {
    static const std::array known{
        parameters_of({parameter_rows(), Model::i386}),
        parameters_of({parameter_rows(), Model::i486}),
        parameters_of({parameter_rows(), Model::pentium}),
        parameters_of({parameter_rows(), Model::p6}),
    };
    return known.at(static_cast<std::size_t>(std::min(model, Model::p6)));
}

}  // namespace ringside::cpu::memory_model
