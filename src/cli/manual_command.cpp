// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/man_page.hpp"

namespace ringside::cli {
namespace {

std::string page_of(const ProgramModel& program, const std::string& name) {
    if (name.empty()) {
        return man_page(program);
    }
    const auto found =
        std::find_if(program.commands.begin(), program.commands.end(),
                     [&name](const CommandModel& command) { return command.name == name; });
    ensure(found != program.commands.end(), "manual: the parser lets only subcommands through");
    return man_page(program, *found);
}

void write_page(const std::filesystem::path& folder, const std::string& name,
                const std::string& page) {
    Output output((folder / name).string(), -1);
    output.write(page);
    output.flush();
}

}  // namespace

int manual_command(const CommandLine& line) {
    const ProgramModel program = program_model();
    const ManualOptions& options = line.manual;
    if (!options.folder.empty()) {
        if (!options.command.empty() || !line.output.file.empty()) {
            throw InputError(2, "manual: --folder writes every page; name none, and no other file");
        }
        write_page(options.folder, program.name + ".1", man_page(program));
        for (const CommandModel& command : program.commands) {
            write_page(options.folder, man_page_name(program, command), man_page(program, command));
        }
        return 0;
    }
    const std::string page = page_of(program, options.command);
    Output output(line.output.file, STDOUT_FILENO);
    output.write(page);
    output.flush();
    return 0;
}

}  // namespace ringside::cli
