// SPDX-License-Identifier: MIT
#include "cli/command_options.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/command_line.hpp"
#include "cli/personalities.hpp"
#include "cli/shared_options.hpp"
#include "guest/stub_form.hpp"

namespace ringside::cli {

void add_vectors(CLI::App& app, CommandLine& line) {
    VectorsOptions& vectors = line.vectors;
    app.add_option("FILE|DIR", vectors.paths, "vector files, and folders to search for them")
        ->required();
    add_cpu(app, vectors.cpu);
    add_fpu(app, vectors.fpu);
    app.add_option("--jobs", vectors.jobs, "threads of the host (default: one a processor)")
        ->type_name("N")
        ->check(CLI::Range(1U, 256U));
    app.add_option("--first", vectors.first, "differences to show in full")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--known", vectors.known, "rows of differences to skip; see docs/vectors.md")
        ->type_name("FILE");
    app.add_option("--report", vectors.report, "write a JUnit report, a case a mnemonic")
        ->type_name("junit:FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "name only the files that differ");
}

void add_stubs(CLI::App& app, CommandLine& line) {
    auto systems = system_names();
    std::erase(systems, "bare");  // which has no services
    app.add_option("NAME", line.stubs.names,
                   "services (default: the whole nt table); win32k's by name");
    app.add_option("--os", line.world.os, "profile whose services, and whose form of a stub")
        ->type_name("NAME")
        ->check(CLI::IsMember(systems))
        ->capture_default_str();
    add_table(app, line.world);
    std::vector<std::string> forms;
    for (const guest::StubFormName& form : guest::stub_form_names) {
        forms.emplace_back(form.name);
    }
    app.add_option("--form", line.stubs.form,
                   "how a stub enters the kernel (default: as the profile's); see docs/stubs.md")
        ->type_name("NAME")
        ->check(CLI::IsMember(forms));
    app.add_option("--emit", line.stubs.emit,
                   "asm (for GNU as), hex (a line each: name, bytes) or dll")
        ->type_name("NAME")
        ->check(CLI::IsMember({"asm", "hex", "dll"}))
        ->capture_default_str();
    app.add_option(
           "-o,--output", line.output.file,
           "file to write (default: stdout); --emit dll needs one, and its name is the DLL's")
        ->type_name("FILE");
}

void add_bench(CLI::App& app, CommandLine& line) {
    app.add_option("--os", line.world.os, "system whose null call is measured")
        ->type_name("NAME")
        ->check(CLI::IsMember(system_names()))
        ->capture_default_str();
    app.add_option("--timing", line.world.timing, "what the clock counts, as for run")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"count", "table", "pipe", "memory"}))
        ->capture_default_str();
    add_service_clocks(app, line.world);
    app.add_option("--rounds", line.bench.rounds, "round trips of which the clocks are counted")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
        ->capture_default_str();
    app.add_option("--timed-rounds", line.bench.timed_rounds,
                   "round trips that are timed on the host; 0 for none")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
        ->capture_default_str();
    app.add_option("--format", line.bench.format, "tsv or markdown")
        ->type_name("NAME")
        ->check(CLI::IsMember({"tsv", "markdown"}))
        ->capture_default_str();
    app.add_option("-o,--output", line.output.file, "file for the tables (default: stdout)")
        ->type_name("FILE");
}

static void add_snapshot(CLI::App& app, SnapshotOptions& snapshot) {
    app.option_defaults()->group("Snapshots");
    auto* const at =
        app.add_option("--snapshot-at", snapshot.at,
                       "save the run once: at that guest clock (decimal digits), or when it first "
                       "comes to that address or symbol")
            ->type_name("CLOCK|PLACE");
    app.add_option("--snapshot", snapshot.file, "file to save it to; see ringside resume")
        ->type_name("FILE")
        ->needs(at)
        ->capture_default_str();
    app.add_flag("--snapshot-stop", snapshot.stop, "end there, with status 0")->needs(at);
}

void add_resume(CLI::App& app, CommandLine& line) {
    app.add_option("FILE", line.resume.file, "a snapshot that run or trace has saved")->required();
    app.add_option("--folder", line.resume.folder,
                   "where relative paths of the saved options start (default: here)")
        ->type_name("DIR");
    add_repeatable(app, "--mount", line.resume.mounts, "'C:\\work=DIR[:rw]'",
                   "a host folder that the program saw: none is opened that is not named here");
    auto* const trace =
        app.add_flag("--trace", line.resume.trace, "show every ring transition from there on");
    app.add_flag("--show", line.resume.show, "only say what the file has, as JSON");
    add_limits(app, line.limits);
    add_snapshot(app, line.snapshot);
    add_output(app, line.output);
    const auto others = app.get_options();
    add_trace_output(app, line.output);
    add_trace_choice(app, line.trace);
    for (CLI::Option* const option : app.get_options()) {
        const bool is_of_trace = std::find(others.begin(), others.end(), option) == others.end();
        if (is_of_trace && !option->check_lname("schema")) {
            option->needs(trace);
        }
    }
}

static void add_gdb(CLI::App& app, CommandLine& line) {
    app.option_defaults()->group("Debugging");
    app.add_option("--gdb", line.gdb.address,
                   "wait there for gdb, which then leads the run; on this machine only, unless "
                   "ADDR says otherwise; see docs/gdb.md")
        ->type_name("[ADDR:]PORT|unix:PATH")
        ->check([](const std::string& address) {
            return address.empty() ? std::string("want [ADDR:]PORT or unix:PATH") : std::string();
        });
    app.add_flag("--startup", line.output.startup,
                 "gdb begins at the kernel's first instruction, not at the program's entry point");
}

void add_run(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    add_snapshot(app, line.snapshot);
    add_output(app, line.output);
    add_gdb(app, line);
    add_program(app, line.world);
}

void add_trace(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    add_snapshot(app, line.snapshot);
    add_output(app, line.output);
    add_trace_output(app, line.output);
    add_trace_choice(app, line.trace);
    add_program(app, line.world);
}

void add_check(CLI::App& app, CommandLine& line) {
    CheckOptions& check = line.check;
    app.add_option("FILE|DIR", check.paths, "cases, and folders to search for them")->required();
    app.option_defaults()->group("Cases");
    app.add_flag("--list", check.list, "name the runs, one a line; make none");
    app.add_option("-k", check.expression,
                   "only runs whose names match: words with and, or, not and parentheses")
        ->type_name("EXPR");
    app.add_option("--shard", check.shard, "only the I-th of N parts of the cases")
        ->type_name("I/N");
    app.add_flag("-x,--exitfirst", check.stop_early, "stop after the first case that fails");
    add_repeatable(app, "--programs", check.program_folders, "DIR",
                   "where to look for programs first");
    add_repeatable(app, "--patch", check.patches, "FILE",
                   "change guest memory in every case, on top of its own patches");
    add_repeatable(app, "--patch-object", check.patch_objects, "FILE[@SYMBOL]",
                   "place assembled code in every case");
    app.add_flag(
        "--no-build", check.no_build,
        "for cases of strangers: run no [build] commands, mount nothing outside a case's folder");
    app.add_option("-j,--jobs", check.jobs, "cases that run at a time (default: 1)")
        ->type_name("N")
        ->check(CLI::Range(1U, 256U));
    app.add_flag("--bless", check.bless,
                 "rewrite the expectations after showing the difference; never while CI=1");
    app.option_defaults()->group("Limits of cases that name none");
    app.add_option("--max-cycles", line.limits.max_cycles,
                   "end a run after that many guest clocks (default: 10000000000)")
        ->type_name("N");
    app.add_option("--timeout", line.limits.timeout_seconds,
                   "end a run after that many seconds (default: 60)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 1e9));
    app.option_defaults()->group("Output");
    add_repeatable(app, "--report", check.reports, "KIND:FILE",
                   "write a report too: junit, tap or jsonl");
    app.add_flag("-q,--quiet", line.output.quiet, "name only the cases that differ");
}

void add_coverage(CLI::App& app, CommandLine& line) {
    CoverageOptions& coverage = line.coverage;
    app.add_option("TRACE", coverage.traces, "traces made with --format jsonl; - is stdin");
    app.add_flag("--all", coverage.all, "services that lack nothing too");
    app.add_flag("--ledger", coverage.ledger,
                 "no traces: how far every service goes and what is missing of it");
    app.add_option("--fail-on", coverage.fail_on,
                   "exit status 1 if a service was called that goes no farther than this")
        ->type_name("STATE")
        ->check(CLI::IsMember({"absent", "faked", "partial"}));
    app.add_option("--format", coverage.format, "text, markdown or jsonl")
        ->type_name("NAME")
        ->check(CLI::IsMember({"text", "markdown", "jsonl"}))
        ->capture_default_str();
    app.add_option("-o,--output", line.output.file, "file for the table (default: stdout)")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "no warnings");
}

void add_inspect(CLI::App& app, CommandLine& line) {
    app.add_option(
        "WHAT", line.inspect.what,
        "idt gdt tss msr, and of the system: frame pcr ssdt shared-data mappings threads; a verb "
        "of docs/debug.md that looks (k, 'dt KTRAP_FRAME', 'dd esp L8', help); or clocks: what "
        "instructions cost, on all models or on that of --cpu, and what the figures rest on");
    app.add_option(
           "NAME|NUMBER|PROGRAM", line.inspect.arguments,
           "row or instruction to show, what a verb takes, program to run (default: one that "
           "only makes a call)")
        ->expected(0, -1);
    app.add_option("--diff", line.inspect.diff,
                   "with ssdt: what changes from one profile's table to another's")
        ->type_name("OS OS");
    app.add_flag("--assumptions", line.inspect.assumptions,
                 "what of the profile is assumed, since no source has it, and why");
    app.add_option("--until", line.inspect.until,
                   "run to this address or symbol instead (with --os bare: instead of to the "
                   "first instruction of ring 3, or the end)")
        ->type_name("PLACE");
    add_world(app, line.world);
    add_limits(app, line.limits);
    app.option_defaults()->group("Output");
    app.add_option("-o,--output", line.output.file, "file for the table (default: stdout)")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "no warnings");
}

void add_debug(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    app.option_defaults()->group("Session");
    add_repeatable(app, "-c", line.debug.commands, "VERBS",
                   "verbs to carry out, separated by ; (default: lines of standard input)");
    app.add_option("--stdin", line.debug.guest_input,
                   "file for the program's standard input (default: with -c ours, else none)")
        ->type_name("FILE");
    app.add_flag("--startup", line.debug.startup,
                 "begin at the kernel's first instruction, not at the program's entry point");
    app.add_option("-o,--output", line.output.file, "file for the session (default: stdout)")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "no warnings");
    add_program(app, line.world);
}

void add_profile(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    app.option_defaults()->group("Output");
    app.add_option("--format", line.profile.format,
                   "flat: tables by ring, transition, stage, service and function; collapsed "
                   "(for flame graphs) or callgrind: chains of functions")
        ->type_name("NAME")
        ->check(CLI::IsMember({"flat", "collapsed", "callgrind"}))
        ->capture_default_str();
    app.add_option("-o,--output", line.output.file, "file for the profile (default: stderr)")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "no warnings");
    add_program(app, line.world);
}

void add_diff(CLI::App& app, CommandLine& line) {
    app.add_option("A", line.diff.a, "trace made by ringside trace --format jsonl")->required();
    app.add_option("B", line.diff.b, "the one to compare with it")->required();
    app.add_flag("--clocks", line.diff.clocks, "clocks count too");
    add_repeatable(app, "--ignore", line.diff.ignore, "MEMBER",
                   "member that does not count, wherever it stands");
    app.add_flag("-q,--quiet", line.output.quiet, "no text, only the exit status");
}

void add_verify(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    app.option_defaults()->group("Output");
    app.add_option("-o,--output", line.output.file, "file for the report (default: stdout)")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", line.output.quiet, "name only what differs");
    add_repeatable(app, "--programs", line.verify.program_folders, "DIR",
                   "where to look for a case's programs first");
    add_program(app, line.world);
}

void add_completions(CLI::App& app, CommandLine& line) {
    app.add_option("SHELL", line.completions.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    app.add_option("-o,--output", line.output.file, "file for the script (default: stdout)")
        ->type_name("FILE");
}

void add_manual(CLI::App& app, CommandLine& line) {
    app.add_option("COMMAND", line.manual.command,
                   "subcommand to tell of (default: all of them, in short)")
        ->check(CLI::IsMember(subcommand_names()));
    app.add_option("--folder", line.manual.folder, "write every page there, ready to be installed")
        ->type_name("DIR");
    app.add_option("-o,--output", line.output.file, "file for the page (default: stdout)")
        ->type_name("FILE");
}

}  // namespace ringside::cli
