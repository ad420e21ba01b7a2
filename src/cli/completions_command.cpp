// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/completions.hpp"
#include "cli/file.hpp"

namespace ringside::cli {

int completions_command(const CommandLine& line) {
    const ProgramModel program = program_model();
    const std::string& shell = line.completions.shell;
    Output output(line.output.file, STDOUT_FILENO);
    output.write(shell == "bash"  ? bash_completions(program)
                 : shell == "zsh" ? zsh_completions(program)
                                  : fish_completions(program));
    output.flush();
    return 0;
}

}  // namespace ringside::cli
