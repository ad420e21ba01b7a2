// SPDX-License-Identifier: MIT
#include "cli/man_page.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace ringside::cli {
namespace {

/// Text as groff prints it: no hyphens made longer, no line taken for a request.
std::string roff(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool begins_line = result.empty() || result.back() == '\n';
        if (begins_line && (c == '.' || c == '\'')) {
            result += "\\&";
        }
        switch (c) {
            case '\\': result += "\\e"; break;
            case '-': result += "\\-"; break;
            case '\'': result += "\\(aq"; break;
            case '^': result += "\\(ha"; break;
            case '~': result += "\\(ti"; break;
            case '`': result += "\\(ga"; break;
            default: result += c; break;
        }
    }
    return result;
}

std::string bold(std::string_view text) {
    return fmt::format("\\fB{}\\fR", roff(text));
}

std::string italic(std::string_view text) {
    return fmt::format("\\fI{}\\fR", roff(text));
}

std::string heading(const ProgramModel& program, std::string_view page) {
    return fmt::format(".\\\" SPDX\\-License\\-Identifier: MIT\n.TH {} 1 \"\" \"{} {}\" \"\"\n",
                       upcase(page), roff(program.name), roff(program.version));
}

std::string usage_of(const PositionalModel& positional) {
    const std::string name = italic(positional.name) + (positional.repeatable ? "..." : "");
    return positional.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
}

std::string options_text(const std::vector<OptionModel>& options) {
    std::string out;
    std::string group;
    for (const OptionModel& option : options) {
        if (option.group != group) {
            group = option.group;
            out += fmt::format(".SH {}\n", roff(upcase(group)));
        }
        std::vector<std::string> names;
        for (const std::string& name : option.names) {
            names.push_back(bold(name));
        }
        out += fmt::format(".TP\n{}{}{}\n", fmt::join(names, ", "),
                           option.value.empty() ? "" : fmt::format(" {}", italic(option.value)),
                           option.repeatable ? " ..." : "");
        out += roff(option.help);
        if (!option.choices.empty()) {
            out += fmt::format("\n.br\nOne of {}.",
                               roff(fmt::format("{}", fmt::join(option.choices, ", "))));
        }
        if (!option.preset.empty()) {
            out += fmt::format("\n.br\nDefault: {}.", roff(option.preset));
        }
        out += "\n";
    }
    return out;
}

std::string see_also(const ProgramModel& program, std::string_view but) {
    std::vector<std::string> pages;
    if (but != program.name) {
        pages.push_back(bold(program.name) + "(1)");
    }
    for (const CommandModel& command : program.commands) {
        if (command.name != but) {
            pages.push_back(bold(program.name + "-" + command.name) + "(1)");
        }
    }
    return fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ",\n"));
}

}  // namespace

std::string man_page_name(const ProgramModel& program, const CommandModel& command) {
    return fmt::format("{}-{}.1", program.name, command.name);
}

std::string man_page(const ProgramModel& program) {
    std::string out = heading(program, program.name);
    out += fmt::format(".SH NAME\n{} \\- {}\n", roff(program.name), roff(program.help));
    out += fmt::format(".SH SYNOPSIS\n{} {} [{}...] [{}...]\n", bold(program.name),
                       italic("COMMAND"), italic("OPTION"), italic("ARGUMENT"));
    out += ".SH COMMANDS\n";
    for (const CommandModel& command : program.commands) {
        out += fmt::format(".TP\n{}\n{}\n", bold(command.name), roff(command.help));
    }
    out += options_text(program.options);
    out += fmt::format(".SH EXIT STATUS\n{}\n", roff(trim(program.exit_status)));
    return out + see_also(program, program.name);
}

std::string man_page(const ProgramModel& program, const CommandModel& command) {
    std::string out = heading(program, program.name + "-" + command.name);
    out += fmt::format(".SH NAME\n{} \\- {}\n", roff(program.name + "-" + command.name),
                       roff(command.help));
    out += fmt::format(".SH SYNOPSIS\n{} [{}...]", bold(program.name + " " + command.name),
                       italic("OPTION"));
    for (const PositionalModel& positional : command.positionals) {
        out += usage_of(positional);
    }
    out += "\n";
    if (!command.positionals.empty()) {
        out += ".SH ARGUMENTS\n";
        for (const PositionalModel& positional : command.positionals) {
            out += fmt::format(".TP\n{}\n{}\n", italic(positional.name), roff(positional.help));
        }
    }
    out += options_text(command.options);
    out += fmt::format(".SH EXIT STATUS\n{}\n", roff(trim(program.exit_status)));
    return out + see_also(program, command.name);
}

}  // namespace ringside::cli
