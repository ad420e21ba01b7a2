// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace ringside::cli {

// The command line as the parser has it, for whatever is generated from it: pages of the manual and
// completions of shells.

struct OptionModel {
    std::vector<std::string> names;    ///< "-o", "--output": short ones first
    std::string value;                 ///< what stands for it: "FILE"; empty for a flag
    std::vector<std::string> choices;  ///< all that it takes; empty when that is no short list
    std::string preset;                ///< the value without it, where that can be said in a word
    std::string help;
    std::string group;  ///< the heading it stands under
    bool repeatable = false;

    /// Of a host file or folder.
    [[nodiscard]] bool takes_path() const {
        return value.starts_with("FILE") || value == "DIR" || value.ends_with(":FILE");
    }
};

struct PositionalModel {
    std::string name;
    std::vector<std::string> choices;
    std::string help;
    bool required = false;
    bool repeatable = false;
};

struct CommandModel {
    std::string name;
    std::string help;
    std::vector<OptionModel> options;
    std::vector<PositionalModel> positionals;

    /// What all its arguments are taken from; empty: they are files, or anything.
    [[nodiscard]] std::vector<std::string> argument_choices() const {
        return positionals.size() == 1 ? positionals[0].choices : std::vector<std::string>{};
    }

    /// Whether what follows its first positional belongs to the guest.
    [[nodiscard]] bool runs_program() const {
        return !positionals.empty() && positionals.back().name == "ARGS";
    }
};

struct ProgramModel {
    std::string name;
    std::string version;  ///< "0.1.0"
    std::string help;
    std::string exit_status;
    std::vector<OptionModel> options;
    std::vector<CommandModel> commands;  ///< in the order of the help
};

}  // namespace ringside::cli
