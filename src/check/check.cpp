// SPDX-License-Identifier: MIT
#include "check/check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "check/case_job.hpp"
#include "check/report_text.hpp"
#include "check/work_queue.hpp"

namespace ringside::check {
namespace {

constexpr std::string_view indent = "      ";

/// A message that begins with a line of the case's needs no other name.
std::string error_text(std::string_view path, std::string_view id, std::string_view error) {
    const bool has_place = error.starts_with(path) && error.substr(path.size()).starts_with(':');
    return has_place ? fmt::format("ERROR {}\n", error) : fmt::format("ERROR {}: {}\n", id, error);
}

/// Tells a reader of cases as they are done.
class Teller {
  public:
    Teller(const CheckRequest& request, const std::function<void(std::string_view)>& write,
           const std::vector<std::unique_ptr<Report>>& reports)
        : request_(request), write_(write), reports_(reports) {}

    void tell(const CaseResult& result) {
        for (const RunResult& run : result.runs) {
            tell_run(run);
        }
        if (result.is_rewritten) {
            write_(fmt::format("bless {}\n", result.path));
        }
        for (const RunResult& run : result.still_different) {
            write_(fmt::format("FAIL  {}: not mended by --bless\n{}", run.id(),
                               differences_text(run, indent)));
        }
    }

    void end() {
        std::string sum = fmt::format("{} passed, {} failed", counts_.passed, counts_.failed);
        if (counts_.blessed != 0) {
            sum += fmt::format(", {} blessed", counts_.blessed);
        }
        if (counts_.unusable != 0) {
            sum += fmt::format(", {} cannot be run", counts_.unusable);
        }
        write_(sum + "\n");
        for (const auto& report : reports_) {
            report->end(counts_);
        }
    }

    [[nodiscard]] int exit_status() const {
        return counts_.unusable != 0 ? 2 : counts_.failed != 0 ? 1 : 0;
    }

  private:
    void tell_run(const RunResult& run) {
        counts_.add(run.outcome);
        for (const auto& report : reports_) {
            report->add(run);
        }
        if (run.outcome == Outcome::unusable) {
            write_(error_text(run.path, run.id(), run.error));
        } else if (!run.differences.empty()) {
            write_(fmt::format("FAIL  {}\n{}", run.id(), differences_text(run, indent)));
        } else if (!request_.quiet) {
            write_(fmt::format("ok    {}\n", run.id()));
        }
    }

    const CheckRequest& request_;
    const std::function<void(std::string_view)>& write_;
    const std::vector<std::unique_ptr<Report>>& reports_;
    Counts counts_;
};

/// The cases of this machine's part with their runs.
std::vector<CaseJob> selected(const CheckRequest& request, const Runner& runner) {
    std::vector<CaseJob> jobs;
    for (const std::string& path : find_cases(request.paths)) {
        CaseJob job = read_job(path, runner.world_options());
        const bool chosen = std::any_of(
            job.variations.begin(), job.variations.end(),
            [&](const Variation& one) { return request.selection.matches(path + one.label); });
        if (!chosen && job.error.empty()) {
            continue;
        }
        if (!request.bless) {  // which needs to know what all runs of a case agree on
            std::erase_if(job.variations, [&](const Variation& one) {
                return !request.selection.matches(path + one.label);
            });
        }
        jobs.push_back(std::move(job));
    }
    if (jobs.empty()) {
        throw InputError(2, "no case matches; see ringside check --list");
    }
    if (request.shard) {
        std::size_t index = 0;
        std::erase_if(jobs, [&](const CaseJob&) { return !request.shard->has(index++); });
    }
    return jobs;
}

int list(const std::vector<CaseJob>& jobs, const std::function<void(std::string_view)>& write) {
    int status = 0;
    for (const CaseJob& job : jobs) {
        if (!job.error.empty()) {
            write(error_text(job.path, job.path, job.error));
            status = 2;
        }
        for (const Variation& one : job.variations) {
            write(fmt::format("{}{}\n", job.path, one.label));
        }
    }
    return status;
}

}  // namespace

std::vector<std::string> find_cases(const std::vector<std::string>& paths) {
    namespace fs = std::filesystem;
    std::vector<std::string> result;
    for (const std::string& path : paths) {
        std::error_code error;
        const auto status = fs::status(path, error);
        if (!fs::exists(status)) {
            throw InputError(2, fmt::format("{}: not found", path));
        }
        if (!fs::is_directory(status)) {
            result.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            const std::string name = at->path().string();
            std::error_code ignored;
            if (name.ends_with(case_suffix) && at->is_regular_file(ignored)) {
                found.push_back(name);
            }
        }
        if (error) {
            throw InputError(2, fmt::format("{}: {}", path, error.message()));
        }
        std::sort(found.begin(), found.end());
        result.insert(result.end(), found.begin(), found.end());
    }
    if (result.empty()) {
        throw InputError(2, fmt::format("no *{} under {}", case_suffix, fmt::join(paths, ", ")));
    }
    return result;
}

int check(const CheckRequest& request, Runner& runner,
          const std::function<void(std::string_view)>& write,
          const std::vector<std::unique_ptr<Report>>& reports) {
    const std::vector<CaseJob> jobs = selected(request, runner);
    if (request.list) {
        return list(jobs, write);
    }
    Teller teller(request, write, reports);
    in_order<CaseResult>(
        jobs.size(), request.jobs,
        [&](std::size_t index) {
            return runner.is_interrupted() ? CaseResult{}
                                           : run_job(jobs[index], request.bless, runner);
        },
        [&](CaseResult&& result) {
            if (runner.is_interrupted()) {
                return Continue::no;
            }
            teller.tell(result);
            return request.stop_early && !result.is_good() ? Continue::no : Continue::yes;
        });
    teller.end();
    return teller.exit_status();
}

}  // namespace ringside::check
