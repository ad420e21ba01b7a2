// SPDX-License-Identifier: MIT
#include "debug/look_verbs.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "debug/code_listing.hpp"
#include "debug/expression.hpp"
#include "debug/inspect.hpp"
#include "debug/memory_dump.hpp"
#include "debug/register_names.hpp"
#include "debug/stack_walk.hpp"
#include "debug/structure_dump.hpp"
#include "debug/view_text.hpp"

namespace ringside::debug {
namespace {

constexpr std::uint32_t most_elements = 0x10000;

/// `ADDR`, `ADDR LCOUNT` or `ADDR END`; `LCOUNT` alone goes on from where the last one ended.
struct Range {
    std::uint32_t from = 0;
    std::optional<std::uint32_t> elements;
};

std::uint32_t checked_count(const Arguments& arguments, std::uint32_t count) {
    if (count == 0 || count > most_elements) {
        throw InputError(2, fmt::format("{}: a count from 1 to {:X} is wanted, not {:X}",
                                        arguments.verb, most_elements, count));
    }
    return count;
}

/// `L8` of a range, unless a symbol is called so.
bool is_length(std::string_view text, const Inspector& inspector) {
    return (text.starts_with('L') || text.starts_with('l')) && text.find('!') == text.npos &&
           !inspector.symbols().find(text);
}

std::optional<Range> range(const Arguments& arguments, const Inspector& inspector,
                           std::uint32_t element, std::optional<LinearAddress> next) {
    if (arguments.empty()) {
        return next ? std::optional(Range{next->value, std::nullopt}) : std::nullopt;
    }
    const auto [first, rest] = first_expression(arguments.text);
    const auto count = [&](std::string_view text) {
        return checked_count(arguments, evaluate(text.substr(1), inspector));
    };
    if (next && rest.empty() && is_length(first, inspector)) {
        return Range{next->value, count(first)};
    }
    Range result{evaluate(first, inspector), std::nullopt};
    if (rest.empty()) {
        return result;
    }
    if (is_length(rest, inspector)) {
        result.elements = count(rest);
        return result;
    }
    const std::uint32_t last = evaluate(rest, inspector);
    if (last < result.from) {
        throw InputError(
            2, fmt::format("{}: {:08X} lies before {:08X}", arguments.verb, last, result.from));
    }
    result.elements = checked_count(arguments, (last - result.from) / element + 1);
    return result;
}

DumpForm form_of(std::string_view verb) {
    return verb.ends_with("db")    ? DumpForm::bytes
           : verb.ends_with("dw")  ? DumpForm::words
           : verb.ends_with("dps") ? DumpForm::symbols
                                   : DumpForm::dwords;
}

std::string dump_verb(Inspector& inspector, const Arguments& arguments, const ReadBytes& read) {
    const DumpForm form = form_of(arguments.verb);
    const auto wanted = range(arguments, inspector, element_size(form), inspector.next_data);
    if (!wanted) {
        throw InputError(2, fmt::format("{}: an address is missing, as in {} esp", arguments.verb,
                                        arguments.verb));
    }
    const std::uint32_t usual = form == DumpForm::symbols ? 16 : 128 / element_size(form);
    const std::uint32_t elements = wanted->elements.value_or(usual);
    inspector.next_data = LinearAddress{wanted->from + elements * element_size(form)};
    return dump(read, inspector.symbols(), form, wanted->from, elements);
}

ReadBytes linear_reader(const Inspector& inspector) {
    return [&inspector](std::uint32_t from, std::span<std::byte> to) {
        return inspector.read(LinearAddress{from}, to);
    };
}

std::string describe(const StackFrame& frame, const Inspector& inspector) {
    std::string text = fmt::format("{:08X} {:08X}  {}", frame.ebp.value, frame.at.value,
                                   inspector.symbols().describe(frame.at));
    if (frame.kind == FrameKind::returned_to) {
        text += "  (on the stack)";
    }
    return text + "\n";
}

}  // namespace

std::string show_registers(Inspector& inspector, const Arguments& arguments) {
    const cpu::Cpu& cpu = inspector.machine().cpu();
    const auto words = arguments.words(1);
    if (words.empty()) {
        return register_lines(inspector) + place_lines(inspector);
    }
    if (words[0] == "cr" || words[0] == "dr") {
        return control_register_lines(cpu);
    }
    if (words[0] == "seg") {
        return segment_lines(cpu);
    }
    const auto value = register_value(inspector, words[0]);
    if (!value) {
        throw InputError(2, fmt::format("r: no register '{}'; there are the general ones, eip, "
                                        "efl, selectors, cr0 to cr4, dr0 to dr7, and the groups "
                                        "cr and seg",
                                        words[0]));
    }
    return fmt::format("{}={:08X}\n", words[0], *value);
}

std::string show_stack(Inspector& inspector, const Arguments& arguments) {
    constexpr std::uint32_t usual = 64;
    const std::uint32_t most =
        arguments.empty() ? usual : checked_count(arguments, evaluate(arguments.text, inspector));
    std::string text = "#  EBP      address   place\n";
    unsigned number = 0;
    const auto& layout = inspector.personality().frame_layout();
    for (const StackFrame& frame : walk_stack(inspector, most)) {
        if (frame.kind == FrameKind::trapped) {
            text +=
                fmt::format("-- {} at {:08X}: ring {} --\n", layout, frame.trap->value, frame.ring);
        } else if (frame.kind == FrameKind::entered) {
            text += frame.trap ? fmt::format("-- gate, its return at {:08X}: ring {} --\n",
                                             frame.trap->value, frame.ring)
                               : fmt::format("-- SYSENTER or SYSEXIT, no frame here: ring {} --\n",
                                             frame.ring);
        }
        text += fmt::format("{:02X} {}", number++, describe(frame, inspector));
    }
    return text;
}

std::string show_memory(Inspector& inspector, const Arguments& arguments) {
    return dump_verb(inspector, arguments, linear_reader(inspector));
}

std::string show_physical_memory(Inspector& inspector, const Arguments& arguments) {
    const mmu::PhysicalMemory& memory = inspector.machine().memory();
    return dump_verb(inspector, arguments, [&memory](std::uint32_t from, std::span<std::byte> to) {
        memory.read_bytes(PhysicalAddress{from}, to);
        return true;
    });
}

std::string show_text(Inspector& inspector, const Arguments& arguments) {
    constexpr std::uint32_t usual = 1024;
    const auto size = arguments.verb == "du" ? CharacterSize::two : CharacterSize::one;
    const auto wanted = range(arguments, inspector, static_cast<std::uint32_t>(size), std::nullopt);
    if (!wanted) {
        throw InputError(2, fmt::format("{}: an address is missing", arguments.verb));
    }
    const auto text =
        text_at(linear_reader(inspector), wanted->from, size, wanted->elements.value_or(usual));
    return fmt::format("{:08X}  {}\n", wanted->from, text.value_or("page not present"));
}

std::string show_code(Inspector& inspector, const Arguments& arguments) {
    constexpr std::uint32_t usual = 8;
    const auto rest = first_expression(arguments.text).second;
    if (!rest.empty() && !is_length(rest, inspector)) {
        throw InputError(2, fmt::format("u: '{}': how many instructions is written as L8", rest));
    }
    const auto wanted =
        *range(arguments, inspector, 1, inspector.next_code.value_or(inspector.place()));
    const LinearAddress from{wanted.from};
    const std::uint32_t count = wanted.elements.value_or(usual);
    const CodeListing listing = code_listing(inspector, from, inspector.code32(), count);
    inspector.next_code = listing.end;
    return listing.text;
}

std::string show_structure(Inspector& inspector, const Arguments& arguments) {
    if (arguments.empty()) {
        std::string names;
        for (const guest::Layout& layout : inspector.personality().layouts()) {
            names += fmt::format("{:#06x}  {}\n", layout.size, layout.name);
        }
        return names.empty() ? "this system describes no structures\n"
                             : "size    structure\n" + names;
    }
    const auto [name, rest] = first_expression(arguments.text);
    const guest::Layout layout = layout_named(name, inspector);
    std::vector<std::string> fields;
    std::string_view left = rest;
    std::optional<LinearAddress> at;
    while (!left.empty()) {
        const auto [word, behind] = first_expression(left);
        if (names_field(layout, word)) {
            fields.emplace_back(word);
        } else if (at) {
            throw InputError(2, fmt::format("dt: {} has no field '{}'", layout.name, word));
        } else {
            at = LinearAddress{evaluate(word, inspector)};
        }
        left = behind;
    }
    if (!at && layout.name == inspector.personality().frame_layout()) {
        at = inspector.frame() ? inspector.frame()
                               : inspector.personality().current_frame(inspector.machine());
    }
    if (!at) {
        at = inspector.personality().structure_at(inspector.machine(), layout.name);
    }
    return structure_text(layout, at, fields, inspector);
}

std::string show_table(Inspector& inspector, const Arguments& arguments) {
    const std::string what = arguments.verb.substr(1);
    guest::View view = inspect(what, inspector.machine(), inspector.personality());
    if (!arguments.empty()) {
        view = filtered(view, arguments.text);
        if (view.rows.empty()) {
            throw InputError(2, fmt::format("{}: no row '{}'", arguments.verb, arguments.text));
        }
    }
    return to_text(view);
}

std::string choose_trap_frame(Inspector& inspector, const Arguments& arguments) {
    if (arguments.text == "0") {
        inspector.choose_frame(std::nullopt);
        return register_lines(inspector) + place_lines(inspector);
    }
    const auto current = inspector.personality().current_frame(inspector.machine());
    const auto at = arguments.empty()
                        ? current
                        : std::optional(LinearAddress{evaluate(arguments.text, inspector)});
    if (!at) {
        throw InputError(2, ".trap: there is no trap frame now");
    }
    if (!inspector.personality().interrupted_code(inspector.machine(), *at)) {
        throw InputError(2, fmt::format(".trap: no complete {} stands at {:08X}",
                                        inspector.personality().frame_layout(), at->value));
    }
    inspector.choose_frame(at);
    return register_lines(inspector) + place_lines(inspector);
}

std::string place_lines(const Inspector& inspector) {
    return code_listing(inspector, inspector.place(), inspector.code32(), 1).text;
}

}  // namespace ringside::debug
