// SPDX-License-Identifier: MIT
#include "debug/verbs.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "debug/look_verbs.hpp"
#include "debug/move_verbs.hpp"
#include "debug/symbol_verbs.hpp"

namespace ringside::debug {
namespace {

using G = VerbGroup;

// clang-format off
constexpr std::array table{
    Verb{G::run, "g", "[ADDR]", "go on, to an address, a breakpoint or the end", nullptr, go},
    Verb{G::run, "t", "[COUNT]", "one instruction, into calls, gates and ring 0", nullptr, step},
    Verb{G::run, "p", "[COUNT]", "one instruction, over calls and system calls", nullptr, step_over},
    Verb{G::run, "gu", "", "go on until this function returns", nullptr, go_up},
    Verb{G::run, "t-", "[COUNT]", "one instruction back", nullptr, step_back},
    Verb{G::run, "g-", "", "back to the last breakpoint, or to the beginning", nullptr, go_back},
    Verb{G::run, "!tt", "[TICK[:STEP]]", "the position in the run; with one, go there", nullptr, travel},
    Verb{G::run, "q", "", "end the session", nullptr, quit},
    Verb{G::breakpoints, "bp", "[ADDR]", "stop where an instruction is about to run", nullptr, set_breakpoint},
    Verb{G::breakpoints, "ba", "r|w|rw|eLENGTH ADDR", "stop behind an access to memory, of any length", nullptr, set_watch},
    Verb{G::breakpoints, "bl", "", "list breakpoints", nullptr, list_breakpoints},
    Verb{G::breakpoints, "bc", "NUMBER...|*", "clear breakpoints", nullptr, change_breakpoints},
    Verb{G::breakpoints, "bd", "NUMBER...|*", "disable breakpoints", nullptr, change_breakpoints},
    Verb{G::breakpoints, "be", "NUMBER...|*", "enable breakpoints", nullptr, change_breakpoints},
    Verb{G::registers, "r", "[NAME|cr|seg]", "registers, or one of them; control or segment registers", show_registers},
    Verb{G::registers, "k", "[COUNT]", "stack, across the ring border through the trap frame", show_stack},
    Verb{G::registers, ".trap", "[ADDR|0]", "look with the registers of a trap frame; 0: with the processor's again", choose_trap_frame},
    Verb{G::memory, "db", "[ADDR [END|LCOUNT]]", "memory as bytes and characters", show_memory},
    Verb{G::memory, "dw", "[ADDR [END|LCOUNT]]", "memory as words", show_memory},
    Verb{G::memory, "dd", "[ADDR [END|LCOUNT]]", "memory as dwords", show_memory},
    Verb{G::memory, "dps", "[ADDR [END|LCOUNT]]", "memory as dwords, with the symbols that they point to", show_memory},
    Verb{G::memory, "da", "ADDR [LCOUNT]", "a string of bytes that ends in zero", show_text},
    Verb{G::memory, "du", "ADDR [LCOUNT]", "a UTF-16 string that ends in zero", show_text},
    Verb{G::memory, "!db", "ADDR [END|LCOUNT]", "physical memory as bytes", show_physical_memory},
    Verb{G::memory, "!dw", "ADDR [END|LCOUNT]", "physical memory as words", show_physical_memory},
    Verb{G::memory, "!dd", "ADDR [END|LCOUNT]", "physical memory as dwords", show_physical_memory},
    Verb{G::memory, "u", "[ADDR [LCOUNT]]", "instructions", show_code},
    Verb{G::symbols, "dt", "[NAME [FIELD...] [ADDR]]", "a structure's fields, with values; alone: the structures", show_structure},
    Verb{G::symbols, "ln", "[ADDR]", "the symbols before and behind an address", list_nearest},
    Verb{G::symbols, "x", "[MODULE!]PATTERN", "symbols by name; * and ? stand for characters", examine_symbols},
    Verb{G::symbols, "lm", "", "loaded modules", list_modules},
    Verb{G::symbols, "?", "EXPRESSION", "the value of an expression", evaluate_expression},
    Verb{G::tables, "!idt", "[VECTOR|NAME]", "gates of the interrupt descriptor table", show_table},
    Verb{G::tables, "!gdt", "[SELECTOR]", "descriptors of the global descriptor table", show_table},
    Verb{G::tables, "!tss", "[FIELD]", "the current task state segment", show_table},
    Verb{G::tables, "!msr", "[NUMBER|NAME]", "model-specific registers", show_table},
    Verb{G::tables, "!mappings", "[ADDR]", "what is mapped where, and its rights", show_table},
    Verb{G::tables, "!frame", "[FIELD]", "the live trap frame", show_table},
    Verb{G::tables, "!ssdt", "[NUMBER|NAME]", "system services, where their slots lead, and what is built", show_table},
    Verb{G::tables, "!pcr", "[FIELD]", "KPCR, the processor control region", show_table},
    Verb{G::tables, "!prcb", "[FIELD]", "KPRCB, the processor control block", show_table},
    Verb{G::tables, "!thread", "[FIELD]", "KTHREAD of the current thread", show_table},
    Verb{G::tables, "!threads", "[ID]", "all threads: state, structures, where ring 3 goes on", show_table},
    Verb{G::tables, "!process", "[FIELD]", "KPROCESS of the current process", show_table},
    Verb{G::tables, "!teb", "[FIELD]", "the current thread's environment block", show_table},
    Verb{G::tables, "!peb", "[FIELD]", "the process environment block", show_table},
    Verb{G::tables, "!shared-data", "[FIELD]", "KUSER_SHARED_DATA", show_table},
};

constexpr std::array spellings{
    Alias{"continue", "g"}, Alias{"c", "g"}, Alias{"until", "g"}, Alias{"stepi", "t"}, Alias{"si", "t"},
    Alias{"s", "t"}, Alias{"nexti", "p"}, Alias{"ni", "p"}, Alias{"n", "p"}, Alias{"finish", "gu"},
    Alias{"reverse-stepi", "t-"}, Alias{"rsi", "t-"}, Alias{"reverse-continue", "g-"}, Alias{"rc", "g-"},
    Alias{"quit", "q"}, Alias{"exit", "q"}, Alias{"break", "bp"}, Alias{"b", "bp"}, Alias{"watch", "ba w4"},
    Alias{"rwatch", "ba r4"}, Alias{"awatch", "ba rw4"}, Alias{"info breakpoints", "bl"}, Alias{"delete", "bc"},
    Alias{"disable", "bd"}, Alias{"enable", "be"},
    Alias{"info registers", "r"}, Alias{"info r", "r"}, Alias{"creg", "r cr"}, Alias{"sreg", "r seg"},
    Alias{"dreg", "r dr"}, Alias{"bt", "k"}, Alias{"backtrace", "k"}, Alias{"where", "k"},
    Alias{"kb", "k"}, Alias{"frame trap", ".trap"}, Alias{"trap", ".trap"}, Alias{"dds", "dps"},
    Alias{"dc", "db"}, Alias{"disassemble", "u"}, Alias{"ptype", "dt"}, Alias{"info symbol", "ln"},
    Alias{"info functions", "x"}, Alias{"info sharedlibrary", "lm"}, Alias{"print", "?"}, Alias{"p/x", "?"},
    Alias{"info idt", "!idt"}, Alias{"info gdt", "!gdt"}, Alias{"info tss", "!tss"}, Alias{"info msr", "!msr"},
    Alias{"info threads", "!threads"}, Alias{"info mem", "!mappings"}, Alias{"info tab", "!mappings"},
};
// clang-format on

std::string_view heading(VerbGroup group) {
    switch (group) {
        case G::run: return "Running";
        case G::breakpoints: return "Breakpoints";
        case G::registers: return "Registers and stack";
        case G::memory: return "Memory and code";
        case G::symbols: return "Structures and symbols";
        case G::tables: return "Tables";
    }
    return {};
}

const Verb* find(std::string_view name) {
    const auto* found = std::find_if(table.begin(), table.end(),
                                     [name](const Verb& verb) { return verb.name == name; });
    if (found == table.end()) {
        // `idt` for `!idt`, as in gdb's `monitor idt`.
        found = std::find_if(table.begin(), table.end(), [name](const Verb& verb) {
            return verb.group == G::tables && verb.name.substr(1) == name;
        });
    }
    return found != table.end() ? found : nullptr;
}

[[noreturn]] void no_verb(std::string_view word) {
    std::vector<std::string> names;
    for (const Verb& verb : table) {
        names.emplace_back(verb.name);
    }
    throw InputError(2,
                     fmt::format("no verb '{}'{}; help lists them", word, suggestion(word, names)));
}

/// The rest of `line` behind `word`, when it begins with that word or those words.
std::optional<std::string_view> behind(std::string_view line, std::string_view word) {
    if (!line.starts_with(word)) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(word.size());
    return rest.empty() || rest.front() == ' ' || rest.front() == '\t' ? std::optional(trim(rest))
                                                                       : std::nullopt;
}

/// gdb's `x/4xw ADDR`: how many, as what, of which size.
std::optional<std::string> examine(std::string_view line) {
    if (!line.starts_with("x/")) {
        return std::nullopt;
    }
    line.remove_prefix(2);
    const auto end = std::min(line.find(' '), line.size());
    std::string_view format = line.substr(0, end);
    const std::string_view address = trim(line.substr(end));
    const auto digits = std::min(format.find_first_not_of("0123456789"), format.size());
    const std::uint64_t count = parse_number(format.substr(0, digits)).value_or(1);
    format.remove_prefix(digits);
    const auto has = [format](char c) { return format.find(c) != std::string_view::npos; };
    if (format.find_first_not_of("xdiasubhw") != std::string_view::npos) {
        throw InputError(2, fmt::format("x/{}: forms are x, a, s, i and sizes b, h, w", format));
    }
    const std::string_view verb = has('i')   ? "u"
                                  : has('s') ? "da"
                                  : has('a') ? "dps"
                                  : has('b') ? "db"
                                  : has('h') ? "dw"
                                             : "dd";
    return has('s') ? fmt::format("{} {}", verb, address)
                    : fmt::format("{} {} L{:X}", verb, address, count);
}

std::string line_of(const Verb& verb) {
    return fmt::format("  {:<12} {:<26} {}\n", verb.name, verb.arguments, verb.help);
}

}  // namespace

std::span<const Verb> verbs() {
    return table;
}

std::span<const Alias> aliases() {
    return spellings;
}

Command parse_command(std::string_view line) {
    line = trim(line);
    std::string meant(line);
    if (auto examined = examine(line)) {
        meant = *std::move(examined);
    }
    for (const Alias& alias : spellings) {
        if (const auto rest = behind(meant, alias.spelling)) {
            meant = std::string(trim(fmt::format("{} {}", alias.meaning, *rest)));
            break;
        }
    }
    const auto end = std::min(meant.find_first_of(" \t"), meant.size());
    std::string word = meant.substr(0, end);
    // WinDbg's `?` needs no space behind it.
    if (word.size() > 1 && word.front() == '?') {
        word = "?";
    }
    Command command{nullptr, {{}, std::string(trim(std::string_view(meant).substr(word.size())))}};
    if (word.empty()) {
        return command;
    }
    if (word == "help" || (word == "?" && command.arguments.empty())) {
        command.arguments.verb = "help";
        return command;
    }
    command.verb = find(word);
    if (command.verb == nullptr) {
        no_verb(word);
    }
    command.arguments.verb = std::string(command.verb->name);
    return command;
}

std::string help_text(std::string_view name, HelpFor whom) {
    const auto is_shown = [whom](const Verb& verb) {
        return whom == HelpFor::debugging || verb.look != nullptr;
    };
    if (!name.empty()) {
        const Verb* const verb = find(name);
        if (verb == nullptr || !is_shown(*verb)) {
            no_verb(name);
        }
        std::string others;
        for (const Alias& alias : spellings) {
            if (alias.meaning == verb->name) {
                others += fmt::format("{}{}", others.empty() ? "also: " : ", ", alias.spelling);
            }
        }
        return fmt::format("{} {}\n  {}\n{}", verb->name, verb->arguments, verb->help,
                           others.empty() ? others : "  " + others + "\n");
    }
    std::string text;
    const Verb* before = nullptr;
    for (const Verb& verb : table) {
        if (!is_shown(verb)) {
            continue;
        }
        if (before == nullptr || before->group != verb.group) {
            text += fmt::format("{}{}\n", before == nullptr ? "" : "\n", heading(verb.group));
        }
        text += line_of(verb);
        before = &verb;
    }
    return text +
           "\nNumbers are hexadecimal (0n10 is decimal). An address may be an expression of "
           "numbers,\n"
           "registers, symbols (nt!KiSystemService), poi(X), + - * and brackets.\n"
           "help VERB tells what a verb takes.\n";
}

std::string look(Inspector& inspector, std::string_view line) {
    const Command command = parse_command(line);
    if (command.verb == nullptr) {
        return command.arguments.verb == "help"
                   ? help_text(command.arguments.text, HelpFor::looking)
                   : std::string();
    }
    if (command.verb->look == nullptr) {
        throw InputError(2, fmt::format("{} moves the machine, and here one can only look; use "
                                        "ringside debug",
                                        command.verb->name));
    }
    return command.verb->look(inspector, command.arguments);
}

}  // namespace ringside::debug
