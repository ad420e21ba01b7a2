// SPDX-License-Identifier: MIT
#include "coverage/report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ringside::coverage {
namespace {

using Json = nlohmann::ordered_json;

constexpr int report_version = 1;

std::string_view word_of(const Usage& usage) {
    return usage.known ? guest::state_word(usage.standing.state) : "unknown";
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Names come from files: what a terminal would act on is shown as what it is.
std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02X}", byte) : std::string(1, c);
    }
    return result;
}

std::string summary(const Tally& tally, const std::vector<Usage>& ranking) {
    std::array<std::size_t, guest::service_state_words.size()> states{};
    std::size_t unknown = 0;
    for (const Usage& usage : ranking) {
        usage.known ? ++states[static_cast<std::size_t>(usage.standing.state)] : ++unknown;
    }
    std::string text = fmt::format("{}, {} of {}:", count_text(tally.runs(), "run", "runs"),
                                   count_text(tally.calls(), "call", "calls"),
                                   count_text(ranking.size() - unknown, "service", "services"));
    for (std::size_t i = 0; i < states.size(); ++i) {
        text +=
            fmt::format("{} {} {}", i == 0 ? "" : ",", states[i], guest::service_state_words[i]);
    }
    if (unknown != 0) {
        text += fmt::format("; and {} that no table has", count_text(unknown, "number", "numbers"));
    }
    if (tally.uncounted() != 0) {
        text += fmt::format("; and {} of more services than are told apart",
                            count_text(tally.uncounted(), "call", "calls"));
    }
    return text;
}

std::vector<Usage> rows_of(std::vector<Usage> ranking, ReportOptions options) {
    if (!options.all) {
        std::erase_if(ranking, [](const Usage& usage) {
            return usage.standing.state == guest::ServiceState::real;
        });
    }
    return ranking;
}

}  // namespace

std::string text_report(const Tally& tally, ReportOptions options) {
    const auto ranking = tally.ranking();
    const auto rows = rows_of(ranking, options);
    std::string text = summary(tally, ranking) + "\n";
    if (rows.empty()) {
        return text;
    }
    std::size_t width = 0;
    for (const Usage& row : rows) {
        width = std::max(width, printable(row.name).size());
    }
    text += fmt::format("\n{:<8} {:>6} {:>10} {:>10}  {:<{}}  {}\n", "state", "runs", "calls",
                        "failed", "service", width, "first wanted by; what is missing");
    for (const Usage& row : rows) {
        text += fmt::format("{:<8} {:>6} {:>10} {:>10}  {:<{}}  {}{}{}\n", word_of(row), row.runs,
                            row.calls, row.failed, printable(row.name), width,
                            printable(row.first_program), row.standing.note.empty() ? "" : "; ",
                            row.standing.note);
    }
    return text;
}

std::string markdown_report(const Tally& tally, ReportOptions options) {
    const auto ranking = tally.ranking();
    std::string text = summary(tally, ranking) +
                       "\n\n| state | runs | calls | failed | service | what is missing |\n"
                       "|---|---:|---:|---:|---|---|\n";
    for (const Usage& row : rows_of(ranking, options)) {
        std::string name = printable(row.name);
        std::replace(name.begin(), name.end(), '|', '/');
        text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", word_of(row), row.runs, row.calls,
                            row.failed, name, row.standing.note);
    }
    return text;
}

std::string jsonl_report(const Tally& tally, ReportOptions options) {
    const auto line_of = [](const Json& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    };
    const auto ranking = tally.ranking();
    std::string text = line_of({{"type", "coverage"},
                                {"version", report_version},
                                {"runs", tally.runs()},
                                {"calls", tally.calls()},
                                {"services", ranking.size()},
                                {"uncounted_calls", tally.uncounted()}});
    for (const Usage& row : rows_of(ranking, options)) {
        text += line_of({{"type", "service"},
                         {"name", row.name},
                         {"state", word_of(row)},
                         {"runs", row.runs},
                         {"calls", row.calls},
                         {"failed", row.failed},
                         {"program", row.first_program},
                         {"note", row.standing.note}});
    }
    return text;
}

}  // namespace ringside::coverage
