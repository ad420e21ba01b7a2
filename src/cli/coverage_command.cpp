// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <ios>
#include <iostream>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "coverage/report.hpp"
#include "coverage/trace_reader.hpp"
#include "nt/service_ledger.hpp"
#include "nt/service_ledger_text.hpp"

namespace ringside::cli {
namespace {

std::optional<guest::ServiceStanding> standing_in_ledger(std::string_view name) {
    const auto* const row = nt::find_in_ledger(name);
    return row != nullptr ? std::optional(row->standing) : std::nullopt;
}

void count(const std::string& path, coverage::Tally& tally, bool quiet) {
    bool cut_off = false;
    if (path == "-") {
        cut_off = coverage::count_trace(std::cin, "stdin", tally);
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file) {
            throw InputError(2,
                             fmt::format("{}: {}", path, std::generic_category().message(errno)));
        }
        try {
            cut_off = coverage::count_trace(file, path, tally);
        } catch (const std::ios_base::failure&) {
            throw InputError(2, fmt::format("{}: cannot be read", path));
        }
    }
    if (cut_off && !quiet) {
        fmt::print(stderr,
                   "ringside: {}: a trace without an end, as of a run that was killed; what there "
                   "is was counted\n",
                   path);
    }
}

std::string report(const coverage::Tally& tally, const CoverageOptions& options) {
    const coverage::ReportOptions shown{.all = options.all};
    if (options.format == "jsonl") {
        return coverage::jsonl_report(tally, shown);
    }
    return options.format == "markdown" ? coverage::markdown_report(tally, shown)
                                        : coverage::text_report(tally, shown);
}

/// A service that goes no farther than what --fail-on names was wanted.
bool fails(const coverage::Tally& tally, const std::string& fail_on) {
    const auto limit = guest::state_of_word(fail_on);
    const auto ranking = tally.ranking();
    return limit && std::any_of(ranking.begin(), ranking.end(), [&](const coverage::Usage& usage) {
               return usage.standing.state <= *limit;
           });
}

}  // namespace

int coverage_command(const CommandLine& line) {
    const CoverageOptions& options = line.coverage;
    keep_apart({line.output.file}, options.traces);
    Output output(line.output.file, STDOUT_FILENO);
    if (options.ledger) {
        if (!options.traces.empty()) {
            throw InputError(2, "coverage: --ledger takes no traces");
        }
        if (options.format == "jsonl") {
            throw InputError(2, "coverage: --ledger is written as text or markdown");
        }
        output.write(options.format == "markdown" ? nt::ledger_markdown() : nt::ledger_text());
        output.flush();
        return 0;
    }
    if (options.traces.empty()) {
        throw InputError(2, "coverage: name traces made with --format jsonl, or ask for --ledger");
    }
    coverage::Tally tally(standing_in_ledger);
    for (const std::string& path : options.traces) {
        count(path, tally, line.output.quiet);
    }
    output.write(report(tally, options));
    output.flush();
    return fails(tally, options.fail_on) ? 1 : 0;
}

}  // namespace ringside::cli
