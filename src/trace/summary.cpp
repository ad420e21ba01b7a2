// SPDX-License-Identifier: MIT
#include "trace/summary.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trace/words.hpp"

namespace ringside::trace {
namespace {

/// A guest may call services of ever new numbers; the rest are counted together.
constexpr std::size_t most_rows = 4096;
constexpr const char* rest = "(others)";

}  // namespace

void SummarySink::begin(const Header& header) {
    if (place_ == Place::behind_trace || form_ == SummaryForm::jsonl) {
        next_.begin(header);
    }
}

void SummarySink::record(const Record& record) {
    if (place_ == Place::behind_trace) {
        next_.record(record);
    }
    std::string name = name_of(record);
    if (rows_.size() >= most_rows && !rows_.contains(name)) {
        name = rest;
    }
    Row& row = rows_[name];
    ++row.count;
    const auto status = status_of(record);
    row.errors += status && is_failure(*status) ? 1U : 0U;
    row.clocks = row.clocks + record.own_clocks();
    // A hook may answer for a service whose body never hears of the call: that one is not absent.
    row.missing = record.kind == RecordKind::call &&
                  (record.service ? record.service->standing.state == guest::ServiceState::absent
                                  : name.starts_with("service 0x"));
}

void SummarySink::entered(const Record& record) {
    if (place_ == Place::behind_trace) {
        next_.entered(record);
    }
}

void SummarySink::suspended(const Record& record) {
    if (place_ == Place::behind_trace) {
        next_.suspended(record);
    }
}

void SummarySink::instruction(const Instruction& instruction) {
    if (place_ == Place::behind_trace) {
        next_.instruction(instruction);
    }
}

void SummarySink::message(const Message& message) {
    if (place_ == Place::behind_trace) {
        next_.message(message);
    }
}

void SummarySink::end(const Footer& footer) {
    if (form_ == SummaryForm::jsonl) {
        write_(lines());
        next_.end(footer);
        return;
    }
    if (place_ == Place::behind_trace) {
        next_.end(footer);
    }
    write_(table());
}

std::string SummarySink::table() const {
    std::vector<std::pair<std::string, Row>> rows(rows_.begin(), rows_.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.second.clocks > b.second.clocks;
    });
    Row sum;
    for (const auto& [name, row] : rows) {
        sum.count += row.count;
        sum.errors += row.errors;
        sum.clocks = sum.clocks + row.clocks;
    }
    const auto line = [&sum](std::string_view name, const Row& row) {
        const auto part = static_cast<double>(row.clocks.value) * 100 /
                          static_cast<double>(std::max<std::uint64_t>(sum.clocks.value, 1));
        return fmt::format("{:>8.2f}{:>14}{:>12}{:>10}{:>10}  {}{}\n", part, row.clocks,
                           row.clocks.value / std::max<std::uint64_t>(row.count, 1), row.count,
                           row.errors == 0 ? std::string() : std::to_string(row.errors), name,
                           row.missing ? " (absent)" : "");
    };
    std::string out = fmt::format("{:>8}{:>14}{:>12}{:>10}{:>10}  {}\n", "% clocks", "clocks",
                                  "clocks/call", "calls", "errors", "name");
    for (const auto& [name, row] : rows) {
        out += line(name, row);
    }
    return out + line("total", sum);
}

std::string SummarySink::lines() const {
    std::string out;
    for (const auto& [name, row] : rows_) {
        const nlohmann::ordered_json json{{"type", "summary"},
                                          {"name", name},
                                          {"calls", row.count},
                                          {"errors", row.errors},
                                          {"own_clocks", row.clocks.value},
                                          {"absent", row.missing}};
        out += json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    return out;
}

}  // namespace ringside::trace
