// SPDX-License-Identifier: MIT
// How the rows of data/clocks.tsv are filed when a table is built.
#include "cpu/timing/clock_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringside::cpu::timing {
namespace {

/// A call gate's count field has five bits.
constexpr std::uint32_t most_parameters = 31;

std::string name_of(std::string_view key, std::string_view form) {
    return fmt::format("{}\t{}", key, form);
}

}  // namespace

ClockTable::ClockTable(Model model, std::span<const ClockRow> rows, const P6Parameters& parameters,
                       Level level)
    : model_(model),
      level_(level),
      parameters_(parameters),
      ticks_per_clock_(traits(model).ticks_per_clock) {
    for (const ClockRow& row : rows) {
        if (row.key.starts_with("TS")) {
            const auto switching = charged(row);
            longest_task_switch_ =
                std::max(longest_task_switch_, switching ? switching->bound() : 0);
        }
    }
    FiledRows named;
    for (const ClockRow& row : rows) {
        add_row(row, named);
    }
    fill_adders(named);
    fill_paths(named);
}

/// At the level `count` an instruction is one clock: a repeated one too, however far it comes, and
/// nothing but an instruction or a path counts.
Figure ClockTable::counted(const ClockRow& row) const {
    const auto one = static_cast<std::uint32_t>(ticks_per_clock_);
    Figure figure;
    if (row.is_adder() || row.key.starts_with("TS")) {
        return figure;
    }
    if (row.form.find("repeated") != std::string_view::npos) {
        figure.formula.emplace(FormulaKind::count, Formula::Arguments{1, 1, 1, 0}, one);
        return figure;
    }
    figure.base = figure.taken = one;
    return figure;
}

std::optional<Figure> ClockTable::charged(const ClockRow& row) const {
    auto printed = figure(row);
    return printed && level_ == Level::count ? counted(row) : printed;
}

ClockTable::Filed ClockTable::file(const ClockRow& row) {
    const bool pairs = model_ == Model::pentium;
    Filed filed{charged(row), 0, pairs ? pairing_of(row.key, row.form) : Pairing::alone};
    if (filed.figure && filed.figure->formula) {
        formulas_.push_back(*filed.figure->formula);
        filed.formula_index = static_cast<std::uint16_t>(formulas_.size());
    }
    return filed;
}

void ClockTable::add_row(const ClockRow& row, FiledRows& named) {
    const Filed filed = file(row);
    if (row.is_adder()) {
        named.emplace(name_of(row.key, row.form), filed);
        return;
    }
    Key& key = keys_[row.key];
    if (row.is_path()) {
        named.emplace(name_of(row.key, row.form), filed);
        if (filed.figure) {
            key.path_bound = std::max(key.path_bound, path_bound(row, *filed.figure));
        }
        return;
    }
    key.forms.push_back({OperandForm{row.form}, row.mode, filed});
}

void ClockTable::fill_adders(const FiledRows& named) {
    const auto value = [&named](std::string_view key, std::string_view form) {
        const auto found = named.find(name_of(key, form));
        ensure(found != named.end() && found->second.figure,
               fmt::format("clocks.tsv: no {} {}", key, form));
        return found->second.figure->base;
    };
    adders_ = {
        .base_and_index = value("EA", "adder base and index"),
        .index_alone = value("EA", "adder index alone"),
        .displacement_and_immediate = value("EA", "adder displacement and immediate"),
        .prefix = value("PREFIX", "adder 66/67/segment/REP"),
        .lock = value("LOCK", "adder"),
    };
}

void ClockTable::fill_paths(const FiledRows& named) {
    const auto take = [&named](const RowName& name, Filed& into) {
        const auto found = named.find(name_of(name.key, name.form));
        ensure(found != named.end(), fmt::format("clocks.tsv: no {} {}", name.key, name.form));
        into = found->second;
    };
    const auto without_number = [this](const Filed& filed) {
        return filed.figure ? cost_at(filed, 0)
                            : PathCost{.ticks = PathCost::lacking, .noted = true};
    };
    for (std::uint8_t cause = 0; cause < cause_count; ++cause) {
        for (std::uint8_t route = 0; route < route_count; ++route) {
            // Real mode has no paging, and the table no row for what cannot be.
            const bool possible = Cause{cause} != Cause::page_fault || Route{route} != Route::real;
            Filed entry;
            take(row_of(possible ? Cause{cause} : Cause::with_error_code, Route{route}), entry);
            entry_costs_.at(std::size_t{cause} * route_count + route) = without_number(entry);
        }
    }
    for (std::uint8_t path = 0; path < path_count; ++path) {
        take(row_of(Path{path}), paths_.at(path));
        path_costs_.at(path) = without_number(paths_.at(path));
    }
    for (std::uint8_t form = 0; form < port_form_count; ++form) {
        for (std::uint8_t right = 0; right < port_right_count; ++right) {
            take(row_of(PortForm{form}, PortRight{right}), ports_.at(form).at(right));
        }
    }
    for (std::uint8_t from = 0; from < task_count; ++from) {
        for (std::uint8_t to = 0; to < task_count; ++to) {
            take(row_of(Task{from}, Task{to}, false), tasks_[0].at(from).at(to));
            // In virtual 8086 mode IRET returns within the task, whatever NT says.
            const bool printed = Task{from} != Task::tss386_v86;
            take(row_of(Task{from}, Task{to}, printed), tasks_[1].at(from).at(to));
        }
    }
}

std::uint64_t ClockTable::path_bound(const ClockRow& row, const Figure& figure) const {
    const bool repeated = row.form.find("repeated") != std::string_view::npos;
    const bool switches = row.form.find("task") != std::string_view::npos ||
                          row.form.find("tss") != std::string_view::npos;
    return (repeated ? figure.bound() : figure.ticks(most_parameters)) +
           (switches ? longest_task_switch_ : 0) + (figure.plus_m ? most_components : 0);
}

}  // namespace ringside::cpu::timing
