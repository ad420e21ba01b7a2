// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/gdb_run.hpp"
#include "cli/interrupt.hpp"
#include "cli/snapshots.hpp"
#include "cli/stop_report.hpp"
#include "cli/trace_chain.hpp"
#include "cli/world.hpp"
#include "guest/bare.hpp"
#include "host/console.hpp"
#include "trace/html.hpp"
#include "trace/jsonl.hpp"
#include "trace/perfetto.hpp"
#include "trace/statistics.hpp"
#include "trace/text.hpp"
#include "trace/tracer.hpp"
#include "trace/tree.hpp"
#include "trace/words.hpp"

namespace ringside::cli {
namespace {

std::unique_ptr<trace::Sink> make_sink(const CommandLine& line, Output& output,
                                       const trace::Write& write) {
    const OutputOptions& options = line.output;
    if (options.format == "jsonl") {
        return std::make_unique<trace::JsonlSink>(write, trace::JsonlOptions{options.costs});
    }
    if (options.format == "tree") {
        return std::make_unique<trace::TreeSink>(write, trace::TreeOptions{options.frames});
    }
    if (options.format == "perfetto") {
        return std::make_unique<trace::PerfettoSink>(
            write, trace::PerfettoOptions{options.frames, options.costs});
    }
    if (options.format == "html") {
        return std::make_unique<trace::HtmlSink>(write);
    }
    trace::TextOptions text;
    text.color = options.color == "always" || (options.color == "auto" && output.is_terminal());
    text.frames = options.frames;
    text.verbose = options.verbose;
    text.entries = line.trace.scope != "gate";
    return std::make_unique<trace::TextSink>(write, text);
}

/// A format that programs read: nothing else may stand in its file.
bool is_for_programs(std::string_view format) {
    return format != "text" && format != "tree";
}

constexpr int usage = 2;

/// A whole file is no use to somebody's terminal.
void want_file(const OutputOptions& options, const Output& output) {
    if ((options.format == "perfetto" || options.format == "html") && output.is_terminal()) {
        throw InputError(
            2, fmt::format("--format {} makes a file: name it with -o FILE", options.format));
    }
}

/// Text between the records of a format that programs read would spoil it.
void want_apart(const CommandLine& line, bool mixes) {
    if (mixes && (line.output.stats || line.output.registers)) {
        throw InputError(2,
                         fmt::format("{}: its text has no place in --format {}; name a file "
                                     "for the trace with -o FILE",
                                     line.output.stats ? "--stats" : "--regs", line.output.format));
    }
}

void write_status(Output& file, World& world, const guest::StopReason& stop) {
    nlohmann::ordered_json json{{"reason", trace::stop_word(stop.kind)},
                                {"exit_status", stop.exit_status()},
                                {"status", stop.status},
                                {"message", stop.message},
                                {"clocks", world.machine().cpu().cycles().value}};
    file.write(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    file.flush();
}

/// What the run's journal has to keep; nothing: there need not be one.
std::optional<host::Journal::Keeps> journal_for(const CommandLine& line) {
    if (!line.gdb.address.empty()) {
        return host::Journal::Keeps::answers;  // gdb goes back
    }
    const bool saves = line.command == Command::resume || !line.snapshot.at.empty();
    return saves ? std::optional(host::Journal::Keeps::nothing) : std::nullopt;
}

}  // namespace

int run_command(const CommandLine& line) {
    std::optional<SavedRun> saved;
    if (line.command == Command::resume) {
        if (line.resume.show) {
            keep_apart({line.output.file}, std::vector{line.resume.file});
            Output about(line.output.file, STDOUT_FILENO);
            about.write(describe_snapshot(line.resume.file) + "\n");
            about.flush();
            return 0;
        }
        saved.emplace(line.resume.file, line.resume.folder);
        saved->allow_mounts(line.resume.mounts);
    }
    const WorldOptions& options = saved ? saved->options() : line.world;
    const bool saves = !line.snapshot.at.empty();
    keep_apart({line.output.file, line.output.status_json, saves ? line.snapshot.file : ""},
               options);
    if (line.command == Command::resume) {
        keep_apart({line.output.file, line.output.status_json}, std::vector{line.resume.file});
    }
    Output output(line.output.file, STDERR_FILENO);
    want_file(line.output, output);
    std::optional<Output> status_file;
    if (!line.output.status_json.empty()) {
        status_file.emplace(line.output.status_json, -1);
    }
    const bool is_table = !is_for_programs(line.output.format);
    Output errors({}, STDERR_FILENO);
    Output& notes = is_table || line.output.file.empty() ? output : errors;
    // Between a trace's records on stderr nothing can be said: of a missing service they say it.
    const bool mixes = !is_table && line.output.file.empty();
    want_apart(line, mixes);
    host::HostConsole own_console(was_interrupted);
    host::InterruptibleConsole console(own_console, STDIN_FILENO, was_interrupted);
    Messages messages;
    if (!line.output.quiet && !mixes) {
        messages.warn = [&notes](std::string_view text) {
            notes.write(fmt::format("ringside: {}\n", text));
        };
        messages.debug_print = [&notes](std::string_view text) { notes.write(text); };
    }
    const auto warn = messages.warn;
    World world(options, console, std::move(messages), journal_for(line));
    world.boot();
    // As the whole run's trace begins, so that the rest of it ends as that one does.
    const trace::Header header = world.header();
    if (saved) {
        saved->load(world);
        saved->take_input(world, console, STDIN_FILENO);
    }

    std::optional<trace::Statistics> statistics;
    if (line.output.stats || (line.output.costs && is_table)) {
        statistics.emplace(world.machine());
    }
    const trace::Write write = [&output](std::string_view text) { output.write(text); };
    std::unique_ptr<trace::Sink> trace;
    std::optional<TraceChain> chain;
    std::optional<trace::Tracer> tracer;
    std::optional<trace::Stepper> stepper;
    if (line.command == Command::trace || line.resume.trace) {
        trace = make_sink(line, output, write);
        chain.emplace(line, world.personality(), *trace, write);
        chain->first().begin(header);
        tracer.emplace(world.machine(), world.personality(), chain->first(), line.output.startup,
                       trace->clock_observer());
        if (saved) {
            saved->load(*tracer);
        }
        if (const trace::Scope scope = scope_named(line.trace.scope); scope != trace::Scope::gate) {
            stepper.emplace(world.machine(), world.personality(), *tracer, chain->first(), scope);
        }
    }
    check_place(world, line.snapshot);
    guest::StopReason stop;
    try {
        const InterruptGuard guard(world.machine());
        stop = line.gdb.address.empty() ? run_and_save(world, limits_of(line.limits), line.snapshot,
                                                       tracer ? &*tracer : nullptr, warn)
                                        : run_with_gdb(world, line, console, output);
    } catch (const InputError& error) {
        // A late patch whose symbol there is not touches no file; of all else the trace may tell.
        if (error.exit_status() != usage) {
            output.begin();
        }
        throw;
    } catch (...) {
        output.begin();
        throw;
    }
    if (tracer) {
        tracer->finish();
        trace::Footer footer;
        footer.stop = stop;
        footer.clocks = world.machine().cpu().cycles();
        footer.records = tracer->records();
        footer.service_body = world.service_body();
        footer.assumed_clocks = world.has_assumed_clocks() && !header.assumed_clocks;
        chain->first().end(footer);
    }
    if (!mixes) {
        report_stop(world, stop, notes);
    }
    if (statistics) {
        notes.write(statistics->text(world.has_assumed_clocks(), world.service_body()));
    }
    if (line.output.registers) {
        notes.write(guest::register_text(world.machine().cpu()));
    }
    if (status_file) {
        write_status(*status_file, world, stop);
    }
    output.flush();
    notes.flush();
    return stop.exit_status();
}

}  // namespace ringside::cli
