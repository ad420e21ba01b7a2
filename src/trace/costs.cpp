// SPDX-License-Identifier: MIT
#include "trace/costs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "trace/words.hpp"

namespace ringside::trace {
namespace {

std::string table_line(std::string_view name, const CostTable::Row& row,
                       const std::vector<std::string>& stages) {
    std::string line = fmt::format("{:<32}{:>8}{:>12}", name, row.count, row.own);
    for (const std::string& stage : stages) {
        const auto found = row.stages.find(stage);
        line += fmt::format("{:>10}", found != row.stages.end() ? found->second : Cycles{});
    }
    return line + "\n";
}

}  // namespace

std::string cost_text(const Record& record) {
    std::string text;
    for (const StageCost& cost : record.costs) {
        text += fmt::format("{}{} {}", text.empty() ? "" : " + ", cost.name, cost.clocks);
    }
    text += fmt::format(" = {} clocks", record.own_clocks());
    const Cycles elsewhere = record.clocks() - record.own_clocks();
    if (elsewhere.value != 0) {
        text += fmt::format("; {} elsewhere meanwhile", elsewhere);
    }
    return text;
}

void CostTable::add(const Record& record) {
    if (record.kind == RecordKind::dispatch) {
        return;  // the way out of a passage that has its own record, or of none
    }
    Row& row = rows_[name_of(record)];
    ++row.count;
    row.own = row.own + record.own_clocks();
    for (const StageCost& cost : record.costs) {
        row.stages[cost.name] = row.stages[cost.name] + cost.clocks;
        if (std::find(stages_.begin(), stages_.end(), cost.name) == stages_.end()) {
            stages_.push_back(cost.name);
        }
    }
}

std::string CostTable::text() const {
    std::string out = fmt::format("{:<32}{:>8}{:>12}", "costs", "times", "clocks");
    for (const std::string& stage : stages_) {
        out += fmt::format("{:>10}", stage);
    }
    out += "\n";
    Row sum;
    for (const auto& [name, row] : rows_) {
        out += table_line(name, row, stages_);
        sum.count += row.count;
        sum.own = sum.own + row.own;
        for (const auto& [stage, clocks] : row.stages) {
            sum.stages[stage] = sum.stages[stage] + clocks;
        }
    }
    return out + table_line("sum", sum, stages_);
}

void CostSink::record(const Record& record) {
    table_.add(record);
    trace_.record(record);
    if (record.kind == RecordKind::call) {
        write_(fmt::format("    costs {}\n", cost_text(record)));
    }
}

void CostSink::end(const Footer& footer) {
    trace_.end(footer);
    write_(table_.text());
}

}  // namespace ringside::trace
