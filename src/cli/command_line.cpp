// SPDX-License-Identifier: MIT
#include "cli/command_line.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "cli/app_model.hpp"
#include "cli/personalities.hpp"
#include "guest/stub_form.hpp"
#include "trace/jsonl.hpp"

namespace ringside::cli {
namespace {

/// An option that may be given several times, one value each: what follows is never swallowed.
void add_repeatable(CLI::App& app, const char* name, std::vector<std::string>& values,
                    const char* type, const char* help) {
    app.add_option(name, values, help)->type_name(type)->allow_extra_args(false);
}

void add_table(CLI::App& app, WorldOptions& world) {
    app.add_option("--table", world.table,
                   "service table of your own, from number 0: lines Name argcount; see "
                   "docs/stubs.md")
        ->type_name("FILE");
}

void add_fpu(CLI::App& app, std::string& fpu) {
    app.add_option("--fpu", fpu,
                   "what computes in floating point: the host's instructions where IEEE 754 fixes "
                   "the bits, or integers; no result depends on it")
        ->type_name("NAME")
        ->check(CLI::IsMember({"host", "soft"}))
        ->capture_default_str();
}

void add_service_clocks(CLI::App& app, WorldOptions& world) {
    app.add_option("--service-clocks", world.service_clocks,
                   "guest clocks that a service's body takes, and for each byte that it reads or "
                   "writes for its caller (default: bodies are not modelled)")
        ->type_name("BASE[,PER_BYTE]");
}

void add_bare_world(CLI::App& app, WorldOptions& world) {
    app.option_defaults()->group("World of --os bare");
    add_repeatable(app, "--load", world.loads, "FILE@ADDR", "place a file in memory");
    add_repeatable(app, "--rom", world.roms, "FILE@ADDR",
                   "the same, read-only; what ends at 0xFFFFF also answers below 4 GiB; ROMs alone "
                   "start at the reset vector");
    add_repeatable(app, "--module", world.modules, "'FILE [TEXT]'",
                   "give a Multiboot kernel a file, and TEXT with it");
    add_repeatable(app, "--symbols", world.symbol_files, "FILE",
                   "ELF file whose symbols name addresses");
    app.add_option("--start", world.start,
                   "first instruction, in flat protected mode (default: the kernel's entry point, "
                   "the first --load)")
        ->type_name("ADDR");
    add_repeatable(app, "--poke", world.pokes, "ADDR=DWORD", "store a dword before the start");
    app.add_option("--exit-port", world.exit_port, "OUT of v there ends with status (v<<1)|1")
        ->type_name("PORT");
    app.add_option("--post-port", world.post_port,
                   "codes written there are traced and the last is reported; none for no such port")
        ->type_name("PORT")
        ->capture_default_str();
}

void add_world(CLI::App& app, WorldOptions& world) {
    app.option_defaults()->group("World");
    app.add_option("--os", world.os, "system to run; bare is none at all")
        ->type_name("NAME")
        ->check(CLI::IsMember(system_names()))
        ->capture_default_str();
    app.add_option("--cpu", world.cpu,
                   "processor model: i386, i486, pentium, p6 or modern (p6 plus SSE3)")
        ->type_name("NAME")
        ->capture_default_str();
    add_fpu(app, world.fpu);
    app.add_option("--timing", world.timing,
                   "what the clock counts: instructions, the documented figures, and on top of "
                   "them what the pipeline does, or the pipeline and the memory")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"count", "table", "pipe", "memory"}))
        ->capture_default_str();
    app.add_option("--wait-states", world.wait_states,
                   "bus clocks that memory takes longer than the fastest, with --timing memory "
                   "(default: 0)")
        ->type_name("N")
        ->check(CLI::Range(0U, 100U));
    app.add_option("--mhz", world.mhz, "clock rate (default: the model's: 33, 66, 133 or 1000)")
        ->type_name("N")
        ->check(CLI::Range(1U, 100'000U));
    app.add_option(
           "--entry", world.entry,
           "way into the kernel: int2e, or sysenter, also where the system never knew it; auto "
           "asks CPUID as the system does")
        ->type_name("NAME")
        ->check(CLI::IsMember({"auto", "int2e", "sysenter"}))
        ->capture_default_str();
    add_table(app, world);
    add_repeatable(app, "--mount", world.mounts, "'C:\\work=DIR[:rw]'",
                   "show a host folder to the guest; read-only without :rw");
    app.add_option("--cwd", world.working_directory, "current directory of the program")
        ->type_name("PATH");
    add_repeatable(app, "--env", world.environment, "NAME=VALUE",
                   "environment variable; the host's are not passed");
    app.add_option("--memory,--ram", world.memory_mib, "RAM, taken as touched (default: 512)")
        ->type_name("MIB")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3072}));
    app.add_option("--date", world.date,
                   "guest date at start, UTC, or now (default: 2004-01-01T00:00:00Z)")
        ->type_name("DATE");
    app.add_option("--seed", world.seed, "seed of all chance")
        ->type_name("N")
        ->capture_default_str();
    add_repeatable(
        app, "--irq", world.irqs, "N@CLOCK",
        "interrupt request N (0 to 15, not 2 and 13) at that guest clock, vector 30h+N; with "
        "--os bare through the 8259As (0 to 15, not 2)");
    add_repeatable(
        app, "--patch", world.patches, "FILE",
        "change guest memory: lines WHERE BYTES... or WHERE = VALUE; see docs/formats.md");
    add_repeatable(
        app, "--patch-object", world.patch_objects, "FILE[@SYMBOL]",
        "place assembled code (as --32) over a symbol, or as a kernel module of its own");
    app.add_option("--on-missing", world.on_missing,
                   "at a service without implementation: status warns and returns "
                   "STATUS_NOT_IMPLEMENTED, stop ends the run")
        ->type_name("status|stop")
        ->check(CLI::IsMember({"status", "stop"}))
        ->capture_default_str();
    add_service_clocks(app, world);
    app.add_option("--block-size", world.block_size,
                   "most instructions decoded at once; no result depends on it")
        ->type_name("N")
        ->check(CLI::Range(1U, 64U))
        ->capture_default_str();

    add_bare_world(app, world);
}

void add_limits(CLI::App& app, LimitOptions& limits) {
    app.option_defaults()->group("Limits");
    app.add_option("--max-cycles", limits.max_cycles, "end after that many guest clocks")
        ->type_name("N");
    app.add_option("--timeout", limits.timeout_seconds, "end after that many seconds")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 1e9));
}

/// Options that change what is printed and where.
void add_output(CLI::App& app, OutputOptions& output) {
    app.option_defaults()->group("Output");
    app.add_option("-o,--output", output.file, "file for trace and reports (default: stderr)")
        ->type_name("FILE");
    app.add_flag("--stats", output.stats, "clocks by ring and by kind of transition");
    app.add_flag("--regs", output.registers, "registers at the end");
    app.add_option("--status-json", output.status_json, "write status and reason as JSON")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", output.quiet, "no warnings");
    app.add_flag("-v,--verbose", output.verbose, "more detail");
}

void add_trace_output(CLI::App& app, OutputOptions& output) {
    app.option_defaults()->group("Output");
    app.add_option("--format", output.format, "text, tree, jsonl, perfetto or html")
        ->type_name("NAME")
        ->check(CLI::IsMember({"text", "tree", "jsonl", "perfetto", "html"}))
        ->capture_default_str();
    app.add_option("--color", output.color, "auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.add_flag("--startup", output.startup,
                 "begin at the kernel's first instruction, not at the program's entry point");
    app.add_flag("--frames", output.frames, "every field of each trap frame");
    app.add_flag("--costs", output.costs,
                 "clocks of each call by stage, its own only; sums by name, ring and transition");
    app.set_version_flag(
        "--schema", [] { return std::string(trace::json_schema()); },
        "print the JSON Schema of a line of --format jsonl, and end");
}

/// What of a run is shown.
void add_trace_choice(CLI::App& app, TraceOptions& trace) {
    app.option_defaults()->group("Choice");
    add_repeatable(app, "-e", trace.filters, "[KEY=]WORD,...",
                   "show only what fits: trace= (the default key: services, %class, /regex/, #PF), "
                   "ring=, module=, stack=, via=, thread=, status=; !WORD leaves out; see "
                   "docs/filters.md");
    app.add_option("--scope", trace.scope,
                   "gate: what passes a gate; user, kernel, all: each instruction of ring 3, of "
                   "the rings inside, of both as well")
        ->type_name("NAME")
        ->check(CLI::IsMember({"gate", "user", "kernel", "all"}))
        ->capture_default_str();
    auto* const only = app.add_flag("-c,--summary", trace.summary,
                                    "counts, errors and clocks by name instead of the records");
    app.add_flag("-C,--summary-at-end", trace.summary_at_end, "the same behind the records")
        ->excludes(only);
}

/// PROGRAM and what follows it, options included, which belongs to the guest.
void add_program(CLI::App& app, WorldOptions& world) {
    app.add_option("PROGRAM", world.program,
                   "program to run; with --os bare an ELF or Multiboot kernel, or FILE@ADDR");
    app.add_option("ARGS", world.arguments, "its arguments; options too, once PROGRAM is named");
    app.positionals_at_end();
}

void add_vectors(CLI::App& app, CommandLine& line) {
    VectorsOptions& vectors = line.vectors;
    app.add_option("FILE|DIR", vectors.paths, "vector files, and folders to search for them")
        ->required();
    app.add_option("--cpu", vectors.cpu,
                   "processor model: i386, i486, pentium, p6 or modern (p6 plus SSE3)")
        ->type_name("NAME")
        ->capture_default_str();
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
    app.add_option("NAME", line.stubs.names,
                   "services (default: the whole nt table); win32k's by name");
    app.add_option("--os", line.world.os, "profile whose services, and whose form of a stub")
        ->type_name("NAME")
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

void add_snapshot(CLI::App& app, SnapshotOptions& snapshot) {
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
    app.add_flag("--trace", line.resume.trace, "show every ring transition from there on");
    app.add_flag("--show", line.resume.show, "only say what the file has, as JSON");
    add_limits(app, line.limits);
    add_snapshot(app, line.snapshot);
    add_output(app, line.output);
    add_trace_output(app, line.output);
    add_trace_choice(app, line.trace);
}

void add_run(CLI::App& app, CommandLine& line) {
    add_world(app, line.world);
    add_limits(app, line.limits);
    add_snapshot(app, line.snapshot);
    add_output(app, line.output);
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
    app.add_flag("--no-build", check.no_build, "run no [build] commands; cases with some fail");
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

std::vector<std::string> subcommand_names();

void add_manual(CLI::App& app, CommandLine& line) {
    app.add_option("COMMAND", line.manual.command,
                   "subcommand to tell of (default: all of them, in short)")
        ->check(CLI::IsMember(subcommand_names()));
    app.add_option("--folder", line.manual.folder, "write every page there, ready to be installed")
        ->type_name("DIR");
    app.add_option("-o,--output", line.output.file, "file for the page (default: stdout)")
        ->type_name("FILE");
}

/// A subcommand: its word, what it is for, and its options over the one set of them all.
struct Subcommand {
    Command command;
    const char* name;
    const char* help;
    void (*add_options)(CLI::App&, CommandLine&);
};

/// In the order in which help lists them.
constexpr std::array subcommands{
    Subcommand{Command::run, "run", "Run a program; its output is yours, its status too.", add_run},
    Subcommand{Command::trace, "trace", "Run a program and show every ring transition.", add_trace},
    Subcommand{Command::check, "check",
               "Run *.case.toml files and compare status, output and trap frames.", add_check},
    Subcommand{Command::coverage, "coverage",
               "Rank the services that traced programs called by what is missing of them.",
               add_coverage},
    Subcommand{Command::stubs, "stubs",
               "Generate system-call stubs from a service table: assembly, hex, or a DLL.",
               add_stubs},
    Subcommand{Command::inspect, "inspect",
               "Boot, run to the program's entry point, and show a table of the machine.",
               add_inspect},
    Subcommand{Command::debug, "debug",
               "Steer a run by WinDbg's verbs, forwards and backwards: a line debugger.",
               add_debug},
    Subcommand{Command::profile, "profile",
               "Run a program and show where its clocks went, to the last one.", add_profile},
    Subcommand{
        Command::bench, "bench",
        "Measure INT 2Eh against SYSENTER round trips on each model, stage by stage, and how "
        "fast this engine runs them.",
        add_bench},
    Subcommand{Command::vectors, "vectors",
               "Run single-step vectors (MOO, also packed as .gz) that silicon recorded.",
               add_vectors},
    Subcommand{Command::verify, "verify",
               "Run a program, or the program of a *.case.toml, at block sizes 1, 2, 8, 64 and in "
               "single steps of the host; compare clock, registers, memory, output and trace.",
               add_verify},
    Subcommand{Command::resume, "resume", "Go on with a run where a snapshot was taken.",
               add_resume},
    Subcommand{Command::diff, "diff",
               "Compare two traces and show where they first part: 0 they agree, 1 they do not.",
               add_diff},
    Subcommand{Command::completions, "completions",
               "Print a script by which a shell completes this command line.", add_completions},
    Subcommand{Command::manual, "manual", "Print a page of the manual, in groff's man macros.",
               add_manual},
};

std::vector<std::string> subcommand_names() {
    std::vector<std::string> names;
    for (const Subcommand& subcommand : subcommands) {
        names.emplace_back(subcommand.name);
    }
    return names;
}

struct Parser {
    CommandLine line;
    CLI::App app{"Runs i386 system calls end to end, every instruction of ring 3 and ring 0."};

    Parser() {
        app.name("ringside");
        app.set_version_flag("--version", version_text);
        app.require_subcommand(1);
        app.footer(
            "Exit status: the program's own, low 8 bits; 120 unhandled exception, bugcheck or\n"
            "triple fault; 123 deadlock; 124 limit reached; 125 Ringside's own failure; 126 not\n"
            "an executable it can run; 127 not found; 130 interrupted; 2 usage. check, coverage,\n"
            "vectors, verify and diff: 0 all as expected, 1 a difference, 2 usage.\n");
        for (const Subcommand& subcommand : subcommands) {
            subcommand.add_options(*app.add_subcommand(subcommand.name, subcommand.help), line);
        }
    }

    [[nodiscard]] const CLI::App* parsed() const {
        const auto found = app.get_subcommands();
        return found.empty() ? nullptr : found.front();
    }
};

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

/// An option that `asked` does not have: one that it does have, or the subcommands whose it is.
std::string hint_at_option(const CLI::App& app, const CLI::App& asked, const std::string& option) {
    if (const std::string near = suggestion(option, option_names(asked)); !near.empty()) {
        return near;
    }
    std::vector<std::string> owners;
    for (const Subcommand& subcommand : subcommands) {
        const auto names = option_names(*app.get_subcommand(subcommand.name));
        if (std::find(names.begin(), names.end(), option) != names.end()) {
            owners.emplace_back(subcommand.name);
        }
    }
    return owners.empty() ? "" : fmt::format("; it is an option of {}", fmt::join(owners, ", "));
}

/// What somebody may have meant with a word that CLI11 refused; empty, or a message's next clause.
std::string hint(const CLI::App& app, const CLI::App* asked, const std::string& message) {
    if (asked == nullptr) {
        return {};
    }
    for (const std::string& word : asked->remaining()) {
        const std::string option = word.substr(0, word.find('='));
        if (option.starts_with("--")) {
            return hint_at_option(app, *asked, option);
        }
    }
    // "--format: jsnol not in {text,tree,jsonl}"
    constexpr std::string_view refused = " not in {";
    const auto at = message.find(refused);
    const auto end = message.rfind('}');
    if (at == std::string::npos || end == std::string::npos) {
        return {};
    }
    const auto choices = message.substr(at + refused.size(), end - at - refused.size());
    std::vector<std::string> candidates;
    for (const std::string_view choice : split(choices, ',')) {
        candidates.emplace_back(choice);
    }
    const auto word = message.rfind(' ', at - 1);
    return suggestion(message.substr(word + 1, at - word - 1), candidates);
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    Parser parser;
    const auto is_asked_for = [argv](const CLI::App* sub) { return sub->check_name(argv[1]); };
    if (argc > 1 && argv[1][0] != '-' && parser.app.get_subcommands(is_asked_for).empty()) {
        const auto names = subcommand_names();
        const std::string near = suggestion(argv[1], names);
        throw InputError(
            2, fmt::format(
                   "no subcommand '{}'{}", argv[1],
                   near.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : near));
    }
    try {
        parser.app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const CLI::App* const asked = parser.parsed();
        parser.line.command = Command::help;
        parser.line.text = asked != nullptr ? asked->help("ringside") : parser.app.help();
        return std::move(parser.line);
    } catch (const CLI::CallForVersion& asked) {
        parser.line.command = Command::version;
        parser.line.text = std::string(asked.what()) + "\n";
        return std::move(parser.line);
    } catch (const CLI::ParseError& error) {
        const CLI::App* const asked = parser.parsed();
        std::string message = error.what();
        // CLI11 lists the choices on lines of their own.
        std::replace(message.begin(), message.end(), '\n', ' ');
        message.erase(message.find_last_not_of(' ') + 1);
        const std::string meant = hint(parser.app, asked, message);
        throw InputError(
            2, message + (!meant.empty()
                              ? meant
                              : fmt::format("; see ringside {}--help",
                                            asked != nullptr ? asked->get_name() + " " : "")));
    }
    const CLI::App* const asked = parser.parsed();
    const auto found = std::find_if(
        subcommands.begin(), subcommands.end(),
        [asked](const Subcommand& subcommand) { return asked->get_name() == subcommand.name; });
    parser.line.command = found->command;
    parser.line.inspect.one_model =
        found->command == Command::inspect && asked->count("--cpu") != 0;
    return std::move(parser.line);
}

std::vector<std::string> case_options() {
    const Parser parser;
    std::vector<std::string> names;
    for (const CLI::Option* option : parser.app.get_subcommand("trace")->get_options()) {
        const std::string& group = option->get_group();
        const auto& long_names = option->get_lnames();
        const bool is_world =
            group.starts_with("World") || group == "Limits" || option->check_lname("startup");
        if (is_world && !option->check_lname("os") && !option->check_lname("entry")) {
            names.insert(names.end(), long_names.begin(), long_names.end());
        }
    }
    return names;
}

ProgramModel program_model() {
    const Parser parser;
    ProgramModel program;
    program.name = parser.app.get_name();
    const std::string_view version = version_text;
    program.version = version.substr(version.find(' ') + 1);
    program.help = parser.app.get_description();
    program.exit_status = parser.app.get_footer();
    program.options = model_of(parser.app).options;
    for (const Subcommand& subcommand : subcommands) {
        program.commands.push_back(model_of(*parser.app.get_subcommand(subcommand.name)));
    }
    return program;
}

std::string help_markdown() {
    const Parser parser;
    std::string out =
        "# Command line\n\n"
        "Generated by `ringside --help-markdown`; a test compares the two.\n\n"
        "```text\n" +
        parser.app.help() + "```\n";
    for (const Subcommand& subcommand : subcommands) {
        const CLI::App* const sub = parser.app.get_subcommand(subcommand.name);
        out += fmt::format("\n## ringside {}\n\n```text\n{}```\n", sub->get_name(),
                           sub->help("ringside"));
    }
    return out;
}

}  // namespace ringside::cli
