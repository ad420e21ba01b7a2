// SPDX-License-Identifier: MIT
#include "cli/case_world.hpp"

#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cli/command_line.hpp"

namespace ringside::cli {
namespace {

constexpr std::uint64_t default_max_cycles = 10'000'000'000;
constexpr double default_timeout_seconds = 60;

/// A program or object beside its case, in a folder that was named, or among the examples and the
/// guests of the first cases that were built with this binary.
std::string find_built(const check::Case& one, std::string_view what, const std::string& name,
                       const std::vector<std::string>& folders) {
    namespace fs = std::filesystem;
    std::vector<fs::path> places(folders.begin(), folders.end());
    places.emplace_back(one.folder);
    std::error_code ignored;
    const fs::path built = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    places.push_back(built / "examples");
    places.push_back(built / "tests/cases");
    for (const fs::path& place : places) {
        if (fs::exists(place / name, ignored)) {
            // The world takes relative paths from the case's folder.
            return fs::absolute(place / name).string();
        }
    }
    throw InputError(
        2, fmt::format("{} {} not found beside the case; use --programs DIR", what, name));
}

/// Whether an option's value begins with the name of a file that may have been built: FILE[@PLACE].
bool names_built_file(std::string_view option) {
    return option == "patch" || option == "patch-object" || option == "rom" || option == "load" ||
           option == "symbols";
}

/// Such a value with the file found.
std::string find_object(const check::Case& one, std::string_view option, const std::string& value,
                        const std::vector<std::string>& folders) {
    const auto at = option == "patch" ? std::string::npos : value.rfind('@');
    return find_built(one, option, value.substr(0, at), folders) +
           (at == std::string::npos ? "" : value.substr(at));
}

}  // namespace

CommandLine command_line_of(const check::Case& one, const std::string& entry,
                            const std::vector<std::string>& folders, const LimitOptions& limits) {
    std::vector<std::string> words{"ringside", "trace"};
    for (const auto& [option, value] : one.options) {
        words.push_back(
            (option.size() == 1 ? "-" : "--") + option + "=" +
            (names_built_file(option) ? find_object(one, option, value, folders) : value));
    }
    if (!entry.empty()) {
        words.push_back("--entry=" + entry);
    }
    if (!one.program.empty()) {
        words.emplace_back("--");
        words.push_back(find_object(one, "program", one.program, folders));
        words.insert(words.end(), one.arguments.begin(), one.arguments.end());
    }
    std::vector<const char*> pointers;
    for (const std::string& word : words) {
        pointers.push_back(word.c_str());
    }
    CommandLine line = parse_command_line(static_cast<int>(pointers.size()), pointers.data());
    line.world.host_folder = one.folder;
    if (!line.limits.max_cycles) {
        line.limits.max_cycles = limits.max_cycles.value_or(default_max_cycles);
    }
    if (!line.limits.timeout_seconds) {
        line.limits.timeout_seconds = limits.timeout_seconds.value_or(default_timeout_seconds);
    }
    return line;
}

}  // namespace ringside::cli
