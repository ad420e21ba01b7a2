// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/vector_jobs.hpp"
#include "cli/world.hpp"
#include "cpu/float_arithmetic.hpp"

namespace ringside::cli {
namespace {

/// The FILE of --report junit:FILE.
std::string report_file(const std::string& report) {
    constexpr std::string_view kind = "junit:";
    if (report.empty()) {
        return {};
    }
    if (!report.starts_with(kind) || report.size() == kind.size()) {
        throw InputError(2, fmt::format("--report {}: want junit:FILE", report));
    }
    return report.substr(kind.size());
}

}  // namespace

int vectors_command(const CommandLine& line) {
    const VectorsOptions& given = line.vectors;
    vectors::RunOptions options;
    options.model = model_option(given.cpu);
    options.float_arithmetic = cpu::float_arithmetic_named(given.fpu);
    options.first = given.first;
    const std::string report_path = report_file(given.report);
    vectors::KnownDifferences known;
    if (!given.known.empty()) {
        known = {std::filesystem::path(given.known).filename().string(),
                 vectors::read_text(given.known)};
        options.known = &known;
    }
    const auto paths = vectors::find_files(given.paths);
    const unsigned jobs = given.jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));

    keep_apart({report_path}, paths);
    std::optional<Output> report;
    if (!report_path.empty()) {
        report.emplace(report_path, -1);
    }
    Output output({}, STDOUT_FILENO);
    std::size_t differences = given.first;
    std::vector<vectors::FileResult> results;
    run_vector_files(paths, options, jobs, [&](vectors::FileResult&& file) {
        output.write(vectors::file_text(file, line.output.quiet, differences));
        output.flush();
        results.push_back(std::move(file));
    });
    if (report) {
        report->write(vectors::junit_text(results));
        report->flush();
    }
    output.write(vectors::summary_text(results, line.output.quiet));
    output.flush();
    return vectors::exit_status(results);
}

}  // namespace ringside::cli
