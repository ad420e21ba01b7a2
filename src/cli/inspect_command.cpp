// SPDX-License-Identifier: MIT
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/inspect_profile.hpp"
#include "cli/interrupt.hpp"
#include "cli/world.hpp"
#include "debug/clocks_view.hpp"
#include "debug/inspect.hpp"
#include "debug/view_text.hpp"
#include "host/console.hpp"

namespace ringside::cli {
namespace {

/// A name of a file rather than of a row in a table.
bool names_program(const std::string& text) {
    std::error_code ignored;
    return text.find_first_of("./@") != std::string::npos || std::filesystem::exists(text, ignored);
}

void print(const CommandLine& line, guest::View view, const std::string& row) {
    if (!row.empty()) {
        view = debug::filtered(view, row);
        if (view.rows.empty()) {
            throw InputError(2, fmt::format("inspect {}: no row '{}'", line.inspect.what, row));
        }
    }
    Output output(line.output.file, STDOUT_FILENO);
    output.write(debug::to_text(view));
    output.flush();
}

guest::StopReason run_to_place(const CommandLine& line, World& world) {
    const auto limits = limits_of(line.limits);
    const std::string& until = line.inspect.until;
    if (until.empty()) {
        return debug::run_to(debug::place_for(line.inspect.what), world.machine(),
                             world.personality(), limits);
    }
    const auto at = world.personality().symbols().evaluate(until);
    if (!at) {
        throw InputError(
            2, fmt::format("--until {}: no address and no symbol of one loaded module", until));
    }
    return debug::run_to(*at, world.machine(), world.personality(), limits);
}

guest::View clocks(const CommandLine& line) {
    std::optional<cpu::Model> model;
    if (line.inspect.one_model) {
        model = model_option(line.world.cpu);
    }
    // "INT n" may come as two words.
    return debug::clocks_view(fmt::format("{}", fmt::join(line.inspect.arguments, " ")), model);
}

}  // namespace

int inspect_command(const CommandLine& line) {
    if (line.inspect.what == "clocks") {
        print(line, clocks(line), {});
        return 0;
    }
    WorldOptions options = line.world;
    options.may_lack_program = true;
    std::string row;
    for (const std::string& argument : line.inspect.arguments) {
        std::string& place = names_program(argument) ? options.program : row;
        if (!place.empty()) {
            throw InputError(2, fmt::format("inspect: '{}' behind '{}': want one row and one "
                                            "program at most",
                                            argument, place));
        }
        place = argument;
    }
    if (auto view = inspect_profile(line)) {
        print(line, *std::move(view), row);
        return 0;
    }
    if (line.inspect.what.empty()) {
        throw InputError(2, "inspect: name WHAT to show; see ringside inspect --help");
    }
    // The program's own output must not mix with the table.
    host::CapturedConsole console;
    Output errors({}, STDERR_FILENO);
    Messages messages;
    if (!line.output.quiet) {
        messages.warn = [&errors](std::string_view text) {
            errors.write(fmt::format("ringside: {}\n", text));
        };
    }
    World world(options, console, std::move(messages));
    world.boot();
    // Names are judged before the program runs.
    static_cast<void>(debug::inspect(line.inspect.what, world.machine(), world.personality()));

    const InterruptGuard guard(world.machine());
    const auto stop = run_to_place(line, world);
    // Without a system the end is a place to look at like any other.
    const bool expected = stop.kind == guest::StopKind::observer ||
                          (options.os == "bare" && line.inspect.until.empty() &&
                           stop.kind == guest::StopKind::guest_exit);
    if (!expected) {
        errors.write(fmt::format("ringside: the program ended first{}{}; this is the state there\n",
                                 stop.message.empty() ? "" : ": ", stop.message));
    }
    print(line, debug::inspect(line.inspect.what, world.machine(), world.personality()), row);
    return stop.kind == guest::StopKind::interrupted ? stop.exit_status() : 0;
}

}  // namespace ringside::cli
