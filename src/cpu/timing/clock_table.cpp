// SPDX-License-Identifier: MIT
#include "cpu/timing/clock_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringside::cpu::timing {
namespace {

/// A call gate's count field has five bits.
constexpr std::uint32_t most_parameters = 31;
/// No instruction has more bytes, so none has more components.
constexpr std::uint32_t most_components = 15;

template <typename Enumerator>
constexpr std::size_t index_of(Enumerator value) {
    return static_cast<std::size_t>(value);
}

bool is_p6(Model model) {
    return model >= Model::p6;
}

std::string name_of(std::string_view key, std::string_view form) {
    return fmt::format("{}\t{}", key, form);
}

bool fits_mode(std::string_view mode, bool protected_mode) {
    return mode == "any" || mode == (protected_mode ? "protected" : "real");
}

/// The formula's number when the instruction itself carries it as its last immediate.
std::optional<std::uint32_t> static_argument(const Formula& formula,
                                             const ZydisDecodedInstruction& instruction,
                                             const ZydisDecodedOperand* operands) {
    const unsigned count = instruction.operand_count_visible;
    if (count == 0 || instruction.raw.imm[0].size == 0) {
        return std::nullopt;
    }
    const ZydisDecodedOperand& last = operands[count - 1];
    if (last.type != ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        return std::nullopt;
    }
    const std::int64_t value = last.imm.value.s;
    if (formula.kind() == FormulaKind::early_out) {
        return static_cast<std::uint32_t>(value < 0 ? -value : value);
    }
    return static_cast<std::uint32_t>(value & 31);
}

}  // namespace

const ClockTable& ClockTable::of(Model model) {
    static const std::array<ClockTable, 4> tables{
        ClockTable{Model::i386, clock_rows(), P6Parameters::embedded()},
        ClockTable{Model::i486, clock_rows(), P6Parameters::embedded()},
        ClockTable{Model::pentium, clock_rows(), P6Parameters::embedded()},
        ClockTable{Model::p6, clock_rows(), P6Parameters::embedded()},
    };
    // modern costs what p6 costs.
    return tables.at(std::min(index_of(model), tables.size() - 1));
}

ClockTable::ClockTable(Model model, std::span<const ClockRow> rows, const P6Parameters& parameters)
    : model_(model), parameters_(parameters), ticks_per_clock_(is_p6(model) ? 1000 : 1) {
    for (const ClockRow& row : rows) {
        if (row.key.starts_with("TS")) {
            const auto switching = figure(row);
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

std::optional<Figure> ClockTable::figure(const ClockRow& row) const {
    switch (model_) {
        case Model::i386: return parse_figure(row.i386, parameters_);
        case Model::i486: return parse_figure(row.i486, parameters_);
        case Model::pentium: return parse_figure(row.pentium, parameters_);
        case Model::p6:
        case Model::modern: return p6_figure(row, parameters_);
    }
    return std::nullopt;
}

std::string ClockTable::source(const ClockRow& row) const {
    return is_p6(model_) ? p6_basis(row, parameters_) : std::string{row.confidence};
}

ClockTable::Filed ClockTable::file(const ClockRow& row) {
    Filed filed{figure(row), 0};
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
    for (std::uint8_t cause = 0; cause < cause_count; ++cause) {
        for (std::uint8_t route = 0; route < route_count; ++route) {
            take(row_of(Cause{cause}, Route{route}), entries_.at(cause).at(route));
        }
    }
    for (std::uint8_t path = 0; path < path_count; ++path) {
        take(row_of(Path{path}), paths_.at(path));
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

const ClockTable::Filed& ClockTable::find(std::string_view name, const Key& key,
                                          const ZydisDecodedInstruction& instruction,
                                          const ZydisDecodedOperand* operands,
                                          bool protected_mode) const {
    const auto found = std::find_if(key.forms.begin(), key.forms.end(), [&](const Form& form) {
        return fits_mode(form.mode, protected_mode) && form.operands.matches(instruction, operands);
    });
    ensure(found != key.forms.end() && found->filed.figure,
           fmt::format("no clocks for this form of {} on {}", name, traits(model_).name));
    return found->filed;
}

Cost ClockTable::cost_of(const Filed& filed) const {
    const Figure& figure = *filed.figure;
    Cost cost;
    cost.ticks = figure.base;
    cost.taken_extra = static_cast<std::int32_t>(figure.taken - figure.base);
    cost.formula_index = filed.formula_index;
    cost.formula = filed.formula_index == 0 ? nullptr : &formula(filed.formula_index);
    cost.bound = static_cast<std::uint32_t>(figure.bound()) + (figure.plus_m ? most_components : 0);
    cost.assumed = figure.assumed;
    cost.plus_m = figure.plus_m;
    return cost;
}

Cost ClockTable::cost(std::string_view name, const ZydisDecodedInstruction& instruction,
                      const ZydisDecodedOperand* operands, bool protected_mode) const {
    const auto found = keys_.find(name);
    ensure(found != keys_.end(), fmt::format("clocks.tsv: no key {}", name));
    const Key& key = found->second;
    const bool far = instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;

    Cost cost;
    if (!far && !key.forms.empty()) {
        cost = cost_of(find(name, key, instruction, operands, protected_mode));
        if (cost.formula != nullptr) {
            if (const auto n = static_argument(*cost.formula, instruction, operands)) {
                cost.ticks = static_cast<std::uint32_t>(cost.formula->ticks(*n));
                cost.bound = cost.ticks;
                cost.formula = nullptr;
                cost.formula_index = 0;
            }
        }
    }
    const bool near = !far && instruction.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE;
    if (!near) {
        cost.bound = std::max(cost.bound, static_cast<std::uint32_t>(key.path_bound));
    }
    const std::uint32_t added = adders_.of(instruction, operands);
    cost.ticks += added;
    cost.bound += added;
    return cost;
}

PathCost ClockTable::path_cost(const Filed& filed, std::uint32_t n) const {
    ensure(filed.figure.has_value(), fmt::format("a path that {} lacks", traits(model_).name));
    return {static_cast<std::uint32_t>(filed.figure->ticks(n)), filed.figure->assumed,
            filed.figure->plus_m};
}

PathCost ClockTable::transition(Cause cause, Route route) const {
    return path_cost(entries_.at(index_of(cause)).at(index_of(route)), 0);
}

PathCost ClockTable::transition(Path path, std::uint32_t parameters) const {
    return path_cost(paths_.at(index_of(path)), parameters);
}

PathCost ClockTable::task_switch(Task from, Task to, bool by_iret) const {
    return path_cost(tasks_.at(by_iret ? 1 : 0).at(index_of(from)).at(index_of(to)), 0);
}

Cost ClockTable::port(PortForm form, PortRight right) const {
    return cost_of(ports_.at(index_of(form)).at(index_of(right)));
}

}  // namespace ringside::cpu::timing
