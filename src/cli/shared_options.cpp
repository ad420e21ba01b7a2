// SPDX-License-Identifier: MIT
#include "cli/shared_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/personalities.hpp"
#include "cpu/model.hpp"
#include "trace/jsonl.hpp"

namespace ringside::cli {

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

void add_cpu(CLI::App& app, std::string& cpu) {
    std::vector<std::string> names;
    for (const cpu::Model model : {cpu::Model::i386, cpu::Model::i486, cpu::Model::pentium,
                                   cpu::Model::p6, cpu::Model::modern}) {
        names.emplace_back(cpu::traits(model).name);
    }
    app.add_option("--cpu", cpu, "processor model; modern is p6 plus SSE3")
        ->type_name("NAME")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
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

static void add_bare_world(CLI::App& app, WorldOptions& world) {
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
    add_cpu(app, world.cpu);
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

void add_program(CLI::App& app, WorldOptions& world) {
    app.add_option("PROGRAM", world.program,
                   "program to run; with --os bare an ELF or Multiboot kernel, or FILE@ADDR");
    app.add_option("ARGS", world.arguments, "its arguments; options too, once PROGRAM is named");
    app.positionals_at_end();
}

}  // namespace ringside::cli
