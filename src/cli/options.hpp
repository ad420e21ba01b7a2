// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ringside::cli {

/// The machine, the system on it and what a program may see: as written on the command line or in
/// a case file, not judged yet.
struct WorldOptions {
    std::string os = "xp";
    std::string cpu = "p6";
    std::string fpu = "host";
    std::string timing = "table";
    std::optional<std::uint32_t> wait_states;
    std::optional<std::uint32_t> mhz;
    std::string entry = "auto";
    std::string table;  ///< a list of services of the user's own
    std::vector<std::string> mounts;
    std::string working_directory;
    std::vector<std::string> environment;
    std::optional<std::uint64_t> memory_mib;
    std::string date;
    std::uint64_t seed = 1;
    std::vector<std::string> irqs;
    std::vector<std::string> patches;
    std::vector<std::string> patch_objects;
    std::string on_missing = "status";
    std::string service_clocks;  ///< BASE[,PER_BYTE]; empty: bodies take no clocks
    std::uint32_t block_size = 64;

    // --os bare
    std::vector<std::string> loads;
    std::string start;
    std::vector<std::string> pokes;
    std::string exit_port;
    std::string post_port = "0x80";
    std::vector<std::string> roms;
    std::vector<std::string> modules;
    std::vector<std::string> symbol_files;

    std::string program;
    std::vector<std::string> arguments;
    /// One that Ringside carries itself; `program` is then only its name.
    std::span<const std::byte> carried_program;
    bool may_lack_program = false;  ///< one that only makes a call will do

    /// Relative host paths in the options above start here; empty: the current directory.
    std::string host_folder;
    [[nodiscard]] std::string host_path(const std::string& path) const;
};

struct LimitOptions {
    std::optional<std::uint64_t> max_cycles;
    std::optional<double> timeout_seconds;
};

struct OutputOptions {
    bool stats = false;
    std::string format = "text";
    std::string file;
    std::string color = "auto";
    bool startup = false;
    bool frames = false;
    bool costs = false;
    bool quiet = false;
    bool verbose = false;
    bool registers = false;
    std::string status_json;
};

struct SnapshotOptions {
    std::string at;  ///< a clock or a place; empty: nowhere
    std::string file = "ringside.snapshot";
    bool stop = false;
};

struct ResumeOptions {
    std::string file;
    std::string folder;
    std::vector<std::string> mounts;
    bool trace = false;
    bool show = false;
};

/// What of a run a trace shows.
struct TraceOptions {
    std::vector<std::string> filters;
    std::string scope = "gate";
    bool summary = false;         ///< instead of the records
    bool summary_at_end = false;  ///< behind them
};

struct DiffOptions {
    std::string a;
    std::string b;
    bool clocks = false;
    std::vector<std::string> ignore;
};

struct GdbOptions {
    std::string address;  ///< where gdb may connect; empty: nobody waits for it
};

struct CheckOptions {
    std::vector<std::string> paths;
    std::vector<std::string> program_folders;
    /// On top of what each case's own world names; from the current directory.
    std::vector<std::string> patches;
    std::vector<std::string> patch_objects;
    bool bless = false;
    bool no_build = false;
    bool list = false;
    bool stop_early = false;
    std::string expression;  ///< -k; empty: all
    std::string shard;       ///< I/N; empty: all
    std::optional<unsigned> jobs;
    std::vector<std::string> reports;  ///< KIND:FILE
};

struct CoverageOptions {
    std::vector<std::string> traces;
    std::string format = "text";
    std::string fail_on;  ///< a state of services; empty: nothing fails
    bool all = false;
    bool ledger = false;
};

struct CompletionsOptions {
    std::string shell;
};

struct ManualOptions {
    std::string command;  ///< empty: the program itself
    std::string folder;   ///< for every page; empty: one page
};

struct VerifyOptions {
    std::vector<std::string> program_folders;
};

struct StubsOptions {
    std::string form;  ///< empty: the profile's
    std::string emit = "asm";
    std::vector<std::string> names;  ///< empty: all
};

struct InspectOptions {
    std::string what;
    std::pair<std::string, std::string> diff;  ///< two profiles; empty: none
    bool assumptions = false;
    bool one_model = false;              ///< --cpu was given
    std::string until;                   ///< where to look; empty: the system's usual place
    std::vector<std::string> arguments;  ///< a row, a program, or both
};

struct DebugOptions {
    std::vector<std::string> commands;  ///< none: they come by standard input
    std::string guest_input;            ///< a file for the guest's standard input
    bool startup = false;
};

struct VectorsOptions {
    std::vector<std::string> paths;
    std::optional<unsigned> jobs;
    std::size_t first = 10;
    std::string report;
    std::string known;
    std::string cpu = "modern";
    std::string fpu = "host";
};

struct ProfileOptions {
    std::string format = "flat";
};

struct BenchOptions {
    std::string format = "markdown";
    std::uint64_t rounds = 1000;
    std::uint64_t timed_rounds = 300'000;  ///< 0: nothing is timed
};

enum class Command {
    none,
    help,
    version,
    run,
    trace,
    check,
    completions,
    coverage,
    manual,
    stubs,
    inspect,
    debug,
    profile,
    bench,
    vectors,
    verify,
    resume,
    diff
};

struct CommandLine {
    Command command = Command::none;
    std::string text;  ///< of help and version
    WorldOptions world;
    LimitOptions limits;
    OutputOptions output;
    SnapshotOptions snapshot;
    ResumeOptions resume;
    TraceOptions trace;
    DiffOptions diff;
    GdbOptions gdb;
    CheckOptions check;
    CompletionsOptions completions;
    CoverageOptions coverage;
    ManualOptions manual;
    StubsOptions stubs;
    InspectOptions inspect;
    DebugOptions debug;
    ProfileOptions profile;
    BenchOptions bench;
    VectorsOptions vectors;
    VerifyOptions verify;
};

}  // namespace ringside::cli
