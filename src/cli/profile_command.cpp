// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/stop_report.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "profile/profiler.hpp"
#include "profile/report.hpp"

namespace ringside::cli {
namespace {

std::string report_text(const std::string& format, const profile::Profile& profile) {
    if (format == "collapsed") {
        return profile::collapsed_text(profile);
    }
    return format == "callgrind" ? profile::callgrind_text(profile) : profile::flat_text(profile);
}

}  // namespace

int profile_command(const CommandLine& line) {
    keep_apart({line.output.file}, line.world);
    Output output(line.output.file, STDERR_FILENO);
    Output diagnostics({}, STDERR_FILENO);
    host::HostConsole console(was_interrupted);
    Messages messages;
    if (!line.output.quiet) {
        messages.warn = [&diagnostics](std::string_view text) {
            diagnostics.write(fmt::format("ringside: {}\n", text));
        };
        messages.debug_print = [&diagnostics](std::string_view text) { diagnostics.write(text); };
    }
    World world(line.world, console, std::move(messages));
    world.boot();
    profile::Profiler profiler(world.machine(), world.personality());
    guest::StopReason stop;
    {
        const InterruptGuard guard(world.machine());
        stop = world.run(limits_of(line.limits));
    }
    profile::Profile profile = profiler.finish();
    profile.program = world.header().program;
    profile.assumed = world.has_assumed_clocks();
    profile.service_body = world.service_body();
    report_stop(world, stop, diagnostics);
    diagnostics.flush();
    output.write(report_text(line.profile.format, profile));
    output.flush();
    return stop.exit_status();
}

}  // namespace ringside::cli
