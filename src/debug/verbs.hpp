// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "debug/arguments.hpp"
#include "debug/inspector.hpp"

namespace ringside::debug {

class Debugger;

/// What a verb is about; help lists them by it.
enum class VerbGroup : std::uint8_t { run, breakpoints, registers, memory, symbols, tables };

/// A row of the one table of verbs that `inspect`, `debug` and gdb's `monitor` know.
struct Verb {
    VerbGroup group{};
    std::string_view name;
    std::string_view arguments;  ///< as help spells them
    std::string_view help;       ///< a sentence, no full stop
    /// A verb that only looks has this,
    std::string (*look)(Inspector&, const Arguments&) = nullptr;
    /// one that moves the machine, or decides where it stops, has this.
    std::string (*move)(Debugger&, const Arguments&) = nullptr;
};

/// In the order of help.
[[nodiscard]] std::span<const Verb> verbs();

/// Another spelling of a verb: gdb's and Bochs's.
struct Alias {
    std::string_view spelling;
    std::string_view meaning;  ///< a verb, perhaps with its first argument
};
[[nodiscard]] std::span<const Alias> aliases();

/// A line as verb and arguments; aliases are already what they mean. `verb` is null for `help` and
/// for an empty line, whose arguments then have no verb. Throws InputError (2), with what may have
/// been meant, for a word that is no verb.
struct Command {
    const Verb* verb = nullptr;
    Arguments arguments;
};
[[nodiscard]] Command parse_command(std::string_view line);

/// Whose verbs help lists.
enum class HelpFor : std::uint8_t { looking, debugging };
/// All verbs in a line each, or of one what it takes and does. Throws InputError (2) like
/// parse_command.
[[nodiscard]] std::string help_text(std::string_view verb, HelpFor whom);

/// Carries out a line that only looks, `help` among them. Throws InputError (2) for anything that
/// cannot be done, verbs that would move the machine included. For gdb's `monitor` and `inspect`.
[[nodiscard]] std::string look(Inspector& inspector, std::string_view line);

}  // namespace ringside::debug
