// SPDX-License-Identifier: MIT
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "trace/diff.hpp"

namespace ringside::cli {
namespace {

std::ifstream opened(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throw InputError(2, fmt::format("{}: is a directory", path));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw InputError(
            2, fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno)));
    }
    return file;
}

}  // namespace

int diff_command(const CommandLine& line) {
    std::ifstream a = opened(line.diff.a);
    std::ifstream b = opened(line.diff.b);
    const trace::DiffResult result =
        trace::diff({line.diff.a, a}, {line.diff.b, b}, {line.diff.clocks, line.diff.ignore});
    if (!line.output.quiet) {
        Output output({}, STDOUT_FILENO);
        output.write(result.text);
        output.flush();
    }
    return result.equal ? 0 : 1;
}

}  // namespace ringside::cli
