// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/inspect_profile.hpp"
#include "cli/interrupt.hpp"
#include "cli/verb_lines.hpp"
#include "cli/world.hpp"
#include "debug/clocks_view.hpp"
#include "debug/inspect.hpp"
#include "debug/verbs.hpp"
#include "debug/view_text.hpp"
#include "guest/symbol_suggestion.hpp"
#include "host/console.hpp"

namespace ringside::cli {
namespace {

/// A name of a file rather than of a row in a table.
bool names_program(const std::string& text) {
    std::error_code ignored;
    return text.find_first_of("./@") != std::string::npos || std::filesystem::exists(text, ignored);
}

/// What rows are asked for by: their cells that are names.
std::vector<std::string> words_of(const guest::View& view) {
    std::vector<std::string> words;
    for (const guest::ViewRow& row : view.rows) {
        for (const std::string& cell : row.cells) {
            if (cell.find(' ') == std::string::npos) {
                words.push_back(cell);
            }
        }
    }
    return words;
}

void print(const CommandLine& line, guest::View view, const std::string& row) {
    if (!row.empty()) {
        const std::vector<std::string> words = words_of(view);
        view = debug::filtered(view, row);
        if (view.rows.empty()) {
            throw InputError(2, fmt::format("inspect {}: no row '{}'{}", line.inspect.what, row,
                                            suggestion(row, words)));
        }
    }
    Output output(line.output.file, STDOUT_FILENO);
    output.write(debug::to_text(view));
    output.flush();
}

/// A verb that is no table: `k`, `dt KTRAP_FRAME`, `dd esp L8; r`. Tables are looked for by name
/// first, so that what they were always called keeps its meaning.
bool is_verbs(const CommandLine& line) {
    const std::string& what = line.inspect.what;
    if (what.find_first_of(" ;!?") != std::string::npos || what == "help") {
        return true;
    }
    const auto verbs = debug::verbs();
    const auto aliases = debug::aliases();
    return std::any_of(verbs.begin(), verbs.end(),
                       [&what](const debug::Verb& verb) { return verb.name == what; }) ||
           std::any_of(aliases.begin(), aliases.end(),
                       [&what](const debug::Alias& alias) { return alias.spelling == what; });
}

/// Where there is something to see: the first frame for the verbs that need one.
debug::Place place_for_verbs(const std::string& text) {
    for (const std::string& command : verbs_of_line(text)) {
        const debug::Command parsed = debug::parse_command(command);
        const std::string_view name = parsed.verb != nullptr ? parsed.verb->name : "";
        if (name == "k" || name == ".trap" || name == "!frame" || name == "dt") {
            return debug::Place::first_frame;
        }
    }
    return debug::Place::program_entry;
}

guest::StopReason run_to_place(const CommandLine& line, World& world, debug::Place place) {
    const auto limits = limits_of(line.limits);
    const std::string& until = line.inspect.until;
    if (until.empty()) {
        return debug::run_to(place, world.machine(), world.personality(), limits);
    }
    const auto at = world.personality().symbols().evaluate(until);
    if (!at) {
        throw InputError(
            2, fmt::format("--until {}: no address and no symbol of one loaded module{}", until,
                           guest::symbol_suggestion(world.personality().symbols(), until)));
    }
    return debug::run_to(*at, world.machine(), world.personality(), limits);
}

void print_verbs(const CommandLine& line, World& world, const std::string& text) {
    debug::Inspector inspector(world.machine(), world.personality());
    std::string out;
    for (const std::string& command : verbs_of_line(text)) {
        out += debug::look(inspector, command);
    }
    Output output(line.output.file, STDOUT_FILENO);
    output.write(out);
    output.flush();
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
    const bool verbs = is_verbs(line);
    WorldOptions options = line.world;
    options.may_lack_program = true;
    std::string row;
    for (const std::string& argument : line.inspect.arguments) {
        const bool program = names_program(argument);
        if (verbs && !(program && options.program.empty())) {
            row += (row.empty() ? "" : " ") + argument;
            continue;
        }
        std::string& place = program ? options.program : row;
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
    const std::string text = line.inspect.what + (row.empty() ? "" : " " + row);
    const debug::Place place = verbs ? place_for_verbs(text) : debug::place_for(line.inspect.what);
    keep_apart({line.output.file}, options);
    // The program's own output must not mix with the table.
    host::CapturedConsole console;
    Output errors({}, STDERR_FILENO);
    Messages messages;
    if (!line.output.quiet) {
        messages.warn = [&errors](std::string_view warning) {
            errors.write(fmt::format("ringside: {}\n", warning));
        };
    }
    World world(options, console, std::move(messages));
    world.boot();
    // Names are judged before the program runs.
    if (!verbs) {
        static_cast<void>(debug::inspect(line.inspect.what, world.machine(), world.personality()));
    }

    const InterruptGuard guard(world.machine());
    const auto stop = run_to_place(line, world, place);
    // Without a system the end is a place to look at like any other.
    const bool expected = stop.kind == guest::StopKind::observer ||
                          (options.os == "bare" && line.inspect.until.empty() &&
                           stop.kind == guest::StopKind::guest_exit);
    if (!expected) {
        errors.write(fmt::format("ringside: the program ended first{}{}; this is the state there\n",
                                 stop.message.empty() ? "" : ": ", stop.message));
    }
    if (verbs) {
        print_verbs(line, world, text);
    } else {
        print(line, debug::inspect(line.inspect.what, world.machine(), world.personality()), row);
    }
    return stop.kind == guest::StopKind::interrupted ? stop.exit_status() : 0;
}

}  // namespace ringside::cli
