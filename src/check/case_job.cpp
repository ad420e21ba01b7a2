// SPDX-License-Identifier: MIT
#include "check/case_job.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "check/bless.hpp"

namespace ringside::check {
namespace {

/// Fields of which one more run finds the writers.
constexpr std::size_t most_searched = 64;
constexpr std::size_t largest_case = 16U << 20;

std::string read_text(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {  // a pipe may never end
        throw InputError(2, fmt::format("{}: is no regular file", path));
    }
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 65536> buffer{};
    do {
        file.read(buffer.data(), buffer.size());
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
        if (text.size() > largest_case) {
            throw InputError(2, fmt::format("{}: more than {} MiB, which no case has", path,
                                            largest_case >> 20));
        }
    } while (file);
    if (!file.eof()) {
        throw InputError(2, fmt::format("{}: cannot be read", path));
    }
    return text;
}

/// Replaces a file whole: what was there stays until the new text is written. A link stays one.
void replace_file(const std::string& path, const std::string& text) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    const fs::perms permissions = fs::status(target, error).permissions();
    std::string draft = target.string() + ".XXXXXX";
    const int descriptor = error ? -1 : ::mkstemp(draft.data());
    bool written = false;
    if (descriptor >= 0) {
        ::close(descriptor);
        std::ofstream file(draft, std::ios::binary);
        file << text;
        file.close();
        fs::permissions(draft, permissions, error);
        if (file && !error) {
            fs::rename(draft, target, error);
        }
        written = file && !error;
        if (!written) {
            std::error_code ignored;
            fs::remove(draft, ignored);
        }
    }
    if (!written) {
        throw InputError(2, fmt::format("{}: cannot be written", path));
    }
}

void find_writers(const Variation& variation, PreparedCase& prepared,
                  std::vector<Difference>& differences) {
    std::vector<Storage> wanted;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < differences.size() && wanted.size() < most_searched; ++i) {
        for (const Storage& storage : differences[i].storages) {
            wanted.push_back(storage);
            of.push_back(i);
        }
    }
    if (wanted.empty()) {
        return;
    }
    const auto found = prepared.find_writers(variation, wanted);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i].empty()) {
            differences[of[i]].writers.push_back(found[i]);
        }
    }
}

RunResult result_of(const CaseJob& job, const Variation& variation,
                    const Observation& observation) {
    RunResult result{job.path,
                     variation.label,
                     variation.entry,
                     Outcome::passed,
                     observation.clocks,
                     compare(variation.one.expect, observation),
                     {}};
    if (!result.differences.empty()) {
        result.outcome = Outcome::failed;
    }
    return result;
}

/// Writes what the runs came to into the case.
void bless_case(const CaseJob& job, const std::vector<Observation>& observations,
                CaseResult& result) {
    const std::string text = blessed_text(job.one, observations);
    if (text == job.one.text) {
        return;
    }
    replace_file(job.path, text);
    result.is_rewritten = true;
    const Case mended = parse_case(job.path, text);
    for (std::size_t i = 0; i < observations.size(); ++i) {
        RunResult& run = result.runs[i];
        auto left = compare(mended.expect, observations[i]);
        if (left.empty()) {
            run.outcome = run.outcome == Outcome::failed ? Outcome::blessed : run.outcome;
            continue;
        }
        run.outcome = Outcome::failed;
        RunResult again = run;
        again.differences = std::move(left);
        result.still_different.push_back(std::move(again));
    }
}

}  // namespace

bool CaseResult::is_good() const {
    return std::all_of(runs.begin(), runs.end(), [](const RunResult& run) {
        return run.outcome == Outcome::passed || run.outcome == Outcome::blessed;
    });
}

CaseJob read_job(const std::string& path, std::span<const std::string> options) {
    CaseJob job{path, {}, {}, {}};
    try {
        job.one = parse_case(path, read_text(path), options);
        job.variations = variations(job.one);
    } catch (const InputError& error) {
        job.error = error.what();
    }
    return job;
}

CaseResult run_job(const CaseJob& job, bool bless, Runner& runner) {
    CaseResult result{job.path, {}, false, {}};
    std::string label;
    try {
        if (!job.error.empty()) {
            throw InputError(2, job.error);
        }
        const auto prepared = runner.prepare(job.one);
        std::vector<Observation> observations;
        for (const Variation& variation : job.variations) {
            label = variation.label;
            observations.push_back(prepared->run(variation));
            observations.back().entry = variation.entry;
            refuse_unknown_fields(job.one, observations.back().vocabulary);
            result.runs.push_back(result_of(job, variation, observations.back()));
            find_writers(variation, *prepared, result.runs.back().differences);
        }
        label.clear();
        if (bless && !runner.is_interrupted() && (!result.is_good() || job.one.expect.is_empty())) {
            bless_case(job, observations, result);
        }
    } catch (const InputError& error) {
        result.runs.push_back({job.path, label, {}, Outcome::unusable, 0, {}, error.what()});
    }
    return result;
}

}  // namespace ringside::check
