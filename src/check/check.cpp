// SPDX-License-Identifier: MIT
#include "check/check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "check/bless.hpp"
#include "check/compare.hpp"

namespace ringside::check {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || !text) {
        throw InputError(2, fmt::format("{}: cannot be read", path));
    }
    return text.str();
}

/// Replaces a file whole: what was there stays until the new text is written.
void replace_file(const std::string& path, const std::string& text) {
    const std::string draft = path + ".new";
    std::ofstream file(draft, std::ios::binary);
    file << text;
    file.close();
    std::error_code error;
    if (file) {
        std::filesystem::rename(draft, path, error);
    }
    if (!file || error) {
        std::error_code ignored;
        std::filesystem::remove(draft, ignored);
        throw InputError(2, fmt::format("{}: cannot be written", path));
    }
}

enum class Outcome { passed, differs, blessed };

Outcome check_one(const std::string& path, const CheckRequest& request, const RunCase& run,
                  const std::function<void(std::string_view)>& write) {
    const Case one = parse_case(path, read_text(path));
    std::vector<Observation> observations;
    bool differs = false;
    for (const Variation& variation : variations(one)) {
        observations.push_back(run(variation.one, variation.entry));
        observations.back().entry = variation.entry;
        const auto differences = compare(one.expect, observations.back());
        const std::string name = path + variation.label;
        if (differences.empty()) {
            if (!request.quiet) {
                write(fmt::format("ok    {}\n", name));
            }
            continue;
        }
        differs = true;
        write(fmt::format("FAIL  {}\n", name));
        for (const Difference& difference : differences) {
            write(fmt::format("      {}: expected {}, got {}\n", difference.field,
                              difference.expected, difference.observed));
        }
    }
    if (!request.bless || (!differs && !one.expect.all_calls)) {
        return differs ? Outcome::differs : Outcome::passed;
    }
    const std::string text = blessed_text(one, observations);
    if (text == read_text(path)) {
        return Outcome::passed;
    }
    replace_file(path, text);
    write(fmt::format("bless {}\n", path));
    return Outcome::blessed;
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

int check(const CheckRequest& request, const RunCase& run,
          const std::function<void(std::string_view)>& write) {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t blessed = 0;
    std::size_t unusable = 0;
    for (const std::string& path : find_cases(request.paths)) {
        try {
            switch (check_one(path, request, run, write)) {
                case Outcome::passed: ++passed; break;
                case Outcome::differs: ++failed; break;
                case Outcome::blessed: ++blessed; break;
            }
        } catch (const InputError& error) {
            ++unusable;
            write(fmt::format("ERROR {}: {}\n", path, error.what()));
        }
    }
    std::string sum = fmt::format("{} passed, {} failed", passed, failed);
    if (blessed != 0) {
        sum += fmt::format(", {} blessed", blessed);
    }
    if (unusable != 0) {
        sum += fmt::format(", {} cannot be run", unusable);
    }
    write(sum + "\n");
    return unusable != 0 ? 2 : failed != 0 ? 1 : 0;
}

}  // namespace ringside::check
