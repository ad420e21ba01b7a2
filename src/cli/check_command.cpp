// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "check/check.hpp"
#include "cli/case_world.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "trace/tracer.hpp"

namespace ringside::cli {
namespace {

bool is_ci() {
    const char* const value = std::getenv("CI");
    return value != nullptr &&
           (std::string_view(value) == "1" || std::string_view(value) == "true");
}

/// The case in a world that the command line has changed further.
check::Case patched(check::Case one, const CheckOptions& options) {
    const auto add = [&one](const char* option, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            one.options.emplace_back(option, std::filesystem::absolute(value).string());
        }
    };
    add("patch", options.patches);
    add("patch-object", options.patch_objects);
    return one;
}

check::Observation run_case(const check::Case& one, const std::string& entry,
                            const std::vector<std::string>& folders) {
    const CommandLine line = command_line_of(one, entry, folders);
    host::CapturedConsole console(one.input);
    World world(line.world, console, {});
    world.boot();
    check::Observation result;
    check::Recorder recorder(world.personality().symbols(), result.transitions);
    trace::Tracer tracer(world.machine(), world.personality(), recorder, line.output.startup);
    const InterruptGuard guard(world.machine());
    result.stop = world.run(limits_of(line.limits));
    tracer.finish();
    result.stdout_text = console.output();
    return result;
}

}  // namespace

int check_command(const CommandLine& line) {
    if (line.check.bless && is_ci()) {
        throw InputError(2, "--bless: never in CI (the environment has CI set)");
    }
    if (line.check.bless && !(line.check.patches.empty() && line.check.patch_objects.empty())) {
        throw InputError(2, "--bless: not with --patch; a case names the patches of its world");
    }
    Output output({}, STDOUT_FILENO);
    const check::CheckRequest request{line.check.paths, line.check.bless, line.output.quiet};
    const int status = check::check(
        request,
        [&line](const check::Case& one, const std::string& entry) {
            return run_case(patched(one, line.check), entry, line.check.program_folders);
        },
        [&output](std::string_view text) {
            output.write(text);
            output.flush();
        });
    return was_interrupted() ? 130 : status;
}

}  // namespace ringside::cli
