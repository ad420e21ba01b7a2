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
#include "cli/command_options.hpp"

namespace ringside::cli {
namespace {

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

std::vector<std::string> subcommand_names() {
    std::vector<std::string> names;
    for (const Subcommand& subcommand : subcommands) {
        names.emplace_back(subcommand.name);
    }
    return names;
}

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
