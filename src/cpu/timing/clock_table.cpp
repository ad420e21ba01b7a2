// SPDX-License-Identifier: MIT
#include "cpu/timing/clock_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringside::cpu::timing {
namespace {

template <typename Enumerator>
constexpr std::size_t index_of(Enumerator value) {
    return static_cast<std::size_t>(value);
}

bool is_p6(Model model) {
    return model >= Model::p6;
}

bool is_far(const ZydisDecodedInstruction& instruction) {
    return instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

bool fits_mode(std::string_view mode, bool protected_mode) {
    return mode == "any" || mode == (protected_mode ? "protected" : "real");
}

/// A run needs one of these tables, so each is built when it is first asked for.
template <Model model, bool counts>
const ClockTable& built() {
    static const ClockTable table{model, clock_rows(), P6Parameters::embedded(),
                                  counts ? Level::count : Level::table};
    return table;
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

const ClockTable& ClockTable::of(Model model, Level level) {
    // The levels above correct the sums of `table`.
    const bool counts = level == Level::count;
    switch (model) {
        case Model::i386: return counts ? built<Model::i386, true>() : built<Model::i386, false>();
        case Model::i486: return counts ? built<Model::i486, true>() : built<Model::i486, false>();
        case Model::pentium:
            return counts ? built<Model::pentium, true>() : built<Model::pentium, false>();
        case Model::p6:
        case Model::modern: break;  // modern costs what p6 costs
    }
    return counts ? built<Model::p6, true>() : built<Model::p6, false>();
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

const ClockTable::Key& ClockTable::key_named(std::string_view name) const {
    const auto found = keys_.find(name);
    if (found == keys_.end()) [[unlikely]] {
        ensure(false, fmt::format("clocks.tsv: no key {}", name));
    }
    return found->second;
}

const ClockTable::Filed* ClockTable::find(const Key& key,
                                          const ZydisDecodedInstruction& instruction,
                                          const ZydisDecodedOperand* operands,
                                          bool protected_mode) {
    const auto found = std::find_if(key.forms.begin(), key.forms.end(), [&](const Form& form) {
        return fits_mode(form.mode, protected_mode) && form.operands.matches(instruction, operands);
    });
    return found != key.forms.end() && found->filed.figure ? &found->filed : nullptr;
}

bool ClockTable::has(std::string_view name, const ZydisDecodedInstruction& instruction,
                     const ZydisDecodedOperand* operands, bool protected_mode) const {
    const Key& key = key_named(name);
    if (is_far(instruction) || key.forms.empty()) {
        return key.path_bound != 0;
    }
    return find(key, instruction, operands, protected_mode) != nullptr;
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
    cost.pairing = filed.pairing;
    return cost;
}

Cost ClockTable::cost(std::string_view name, const ZydisDecodedInstruction& instruction,
                      const ZydisDecodedOperand* operands, bool protected_mode) const {
    const Key& key = key_named(name);
    const bool far = is_far(instruction);
    Cost cost;
    if (!far && !key.forms.empty()) {
        const Filed* const filed = find(key, instruction, operands, protected_mode);
        if (filed == nullptr) [[unlikely]] {
            ensure(false,
                   fmt::format("no clocks for this form of {} on {}", name, traits(model_).name));
        }
        cost = cost_of(*filed);
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
    cost.prefix_ticks = adders_.of_prefixes(instruction);
    const std::uint32_t added = adders_.of(instruction, operands);
    cost.ticks += added;
    cost.bound += added;
    return cost;
}

PathCost ClockTable::cost_at(const Filed& filed, std::uint32_t n) const {
    if (!filed.figure) [[unlikely]] {
        throw_lacking();
    }
    const Figure& figure = *filed.figure;
    const bool noted = figure.plus_m || (figure.assumed && !is_p6(model_));
    return {static_cast<std::uint32_t>(figure.ticks(n)), figure.assumed, figure.plus_m, noted};
}

void ClockTable::throw_lacking() const {
    throw BrokenInvariant(fmt::format("a path that {} lacks", traits(model_).name));
}

PathCost ClockTable::transition(Path path, std::uint32_t parameters) const {
    return cost_at(paths_.at(index_of(path)), parameters);
}

PathCost ClockTable::task_switch(Task from, Task to, bool by_iret) const {
    return cost_at(tasks_.at(by_iret ? 1 : 0).at(index_of(from)).at(index_of(to)), 0);
}

Cost ClockTable::port(PortForm form, PortRight right) const {
    return cost_of(ports_.at(index_of(form)).at(index_of(right)));
}

}  // namespace ringside::cpu::timing
