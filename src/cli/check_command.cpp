// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "check/check.hpp"
#include "cli/case_runner.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"

namespace ringside::cli {
namespace {

bool is_ci() {
    const char* const value = std::getenv("CI");
    return value != nullptr &&
           (std::string_view(value) == "1" || std::string_view(value) == "true");
}

struct ReportRequest {
    std::string kind;
    std::string file;
};

/// KIND:FILE
ReportRequest parse_report(const std::string& request) {
    const auto colon = request.find(':');
    ReportRequest result{request.substr(0, colon), {}};
    if (colon != std::string::npos) {
        result.file = request.substr(colon + 1);
    }
    if (result.file.empty() || !check::is_report(result.kind)) {
        throw InputError(
            2, fmt::format("--report {}: want junit:FILE, tap:FILE or jsonl:FILE", request));
    }
    return result;
}

std::vector<std::string> report_files(const std::vector<std::string>& requests) {
    std::vector<std::string> files;
    for (const std::string& request : requests) {
        files.push_back(parse_report(request).file);
    }
    return files;
}

/// Reports into files of their own.
class ReportFiles {
  public:
    explicit ReportFiles(const std::vector<std::string>& requests) {
        for (const std::string& request : requests) {
            const auto [kind, file] = parse_report(request);
            outputs_.push_back(std::make_unique<Output>(file, -1));
            reports_.push_back(check::make_report(
                kind, [to = outputs_.back().get()](std::string_view text) { to->write(text); }));
        }
    }
    [[nodiscard]] const std::vector<std::unique_ptr<check::Report>>& reports() const {
        return reports_;
    }
    void flush() {
        for (const auto& output : outputs_) {
            output->flush();
        }
    }

  private:
    std::vector<std::unique_ptr<Output>> outputs_;
    std::vector<std::unique_ptr<check::Report>> reports_;
};

}  // namespace

int check_command(const CommandLine& line) {
    const CheckOptions& options = line.check;
    if (options.bless && is_ci()) {
        throw InputError(2, "--bless: never in CI (the environment has CI set)");
    }
    if (options.bless && !(options.patches.empty() && options.patch_objects.empty())) {
        throw InputError(2, "--bless: not with --patch; a case names the patches of its world");
    }
    check::CheckRequest request;
    request.paths = options.paths;
    request.bless = options.bless;
    request.quiet = line.output.quiet;
    request.list = options.list;
    request.stop_early = options.stop_early;
    if (!options.expression.empty()) {
        request.selection = check::Selection(options.expression);
    }
    if (!options.shard.empty()) {
        request.shard = check::parse_shard(options.shard);
    }
    request.jobs = options.jobs.value_or(1);
    keep_apart(report_files(options.reports), check::find_cases(options.paths));
    ReportFiles reports(options.reports);
    CaseRunner runner(options, line.limits);
    Output output({}, STDOUT_FILENO);
    const InterruptGuard guard;  // between the runs too: what was built has to go
    const int status = check::check(
        request, runner,
        [&output](std::string_view text) {
            output.write(text);
            output.flush();
        },
        reports.reports());
    if (!options.list) {
        reports.flush();
    }
    return was_interrupted() ? 130 : status;
}

}  // namespace ringside::cli
