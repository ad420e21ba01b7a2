// SPDX-License-Identifier: MIT
#include <cstdio>
#include <exception>
#include <string_view>

#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"

namespace {

using namespace ringside;

int print(std::string_view text) {
    cli::Output output({}, STDOUT_FILENO);
    output.write(text);
    output.flush();
    return 0;
}

int run(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--help-markdown") {
        return print(cli::help_markdown());
    }
    const cli::CommandLine line = cli::parse_command_line(argc, argv);
    switch (line.command) {
        case cli::Command::none:
        case cli::Command::help:
        case cli::Command::version: return print(line.text);
        case cli::Command::run:
        case cli::Command::trace:
        case cli::Command::resume: return cli::run_command(line);
        case cli::Command::check: return cli::check_command(line);
        case cli::Command::coverage: return cli::coverage_command(line);
        case cli::Command::completions: return cli::completions_command(line);
        case cli::Command::manual: return cli::manual_command(line);
        case cli::Command::stubs: return cli::stubs_command(line);
        case cli::Command::debug: return cli::debug_command(line);
        case cli::Command::inspect: return cli::inspect_command(line);
        case cli::Command::bench: return cli::bench_command(line);
        case cli::Command::profile: return cli::profile_command(line);
        case cli::Command::vectors: return cli::vectors_command(line);
        case cli::Command::verify: return cli::verify_command(line);
        case cli::Command::diff: return cli::diff_command(line);
    }
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    cli::fill_standard_streams();
    cli::ignore_broken_pipes();
    try {
        return run(argc, argv);
    } catch (const InputError& error) {
        std::fprintf(stderr, "ringside: %s\n", error.what());
        return error.exit_status();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ringside: internal error: %s; please report it\n", error.what());
        return 125;
    }
}
