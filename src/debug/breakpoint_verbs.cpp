// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "debug/expression.hpp"
#include "debug/move_verbs.hpp"
#include "debug/view_text.hpp"

namespace ringside::debug {
namespace {

constexpr std::size_t most_breakpoints = 1024;

void require_room(Debugger& debugger, const Arguments& arguments) {
    if (debugger.stops().breakpoints().size() >= most_breakpoints) {
        throw InputError(2, fmt::format("{}: there are {} breakpoints; bc clears some",
                                        arguments.verb, most_breakpoints));
    }
}

std::string kind_of(const Breakpoint& breakpoint) {
    if (!breakpoint.watch) {
        return "execute";
    }
    const cpu::Watch& watch = *breakpoint.watch;
    return fmt::format("{} {} bytes",
                       watch.reads && watch.writes ? "read or write"
                       : watch.reads               ? "read"
                                                   : "write",
                       watch.length);
}

std::string added(Debugger& debugger, unsigned number) {
    const Breakpoint& breakpoint = debugger.stops().breakpoints().back();
    return fmt::format("breakpoint {}: {} at {:08X}  {}\n", number, kind_of(breakpoint),
                       breakpoint.at.value, debugger.inspector().symbols().describe(breakpoint.at));
}

}  // namespace

std::string set_breakpoint(Debugger& debugger, const Arguments& arguments) {
    require_room(debugger, arguments);
    const LinearAddress at = arguments.empty()
                                 ? debugger.inspector().place()
                                 : LinearAddress{evaluate(arguments.text, debugger.inspector())};
    return added(debugger, debugger.stops().add(at, std::nullopt));
}

std::string set_watch(Debugger& debugger, const Arguments& arguments) {
    require_room(debugger, arguments);
    const auto [kind, rest] = first_expression(arguments.text);
    const std::string access(
        kind.substr(0, std::min(kind.find_first_of("0123456789"), kind.size())));
    const auto length = parse_number(kind.substr(access.size())).value_or(4);
    const bool known = access == "r" || access == "w" || access == "rw" || access == "e";
    if (!known || rest.empty() || length == 0 || length > page_size) {
        throw InputError(2,
                         "ba: want r, w, rw or e, a length in bytes and an address, as in "
                         "ba w4 esp+8");
    }
    const LinearAddress at{evaluate(rest, debugger.inspector())};
    if (access == "e") {
        return added(debugger, debugger.stops().add(at, std::nullopt));
    }
    // As the processor's own breakpoints: whoever asks for reads gets writes too.
    const cpu::Watch watch{at, static_cast<std::uint32_t>(length), access != "w", true};
    return added(debugger, debugger.stops().add(at, watch));
}

std::string list_breakpoints(Debugger& debugger, const Arguments& arguments) {
    static_cast<void>(arguments.words(0));
    guest::View view{"", {"number", "", "stops at", "address", "place", "hits"}, {}};
    for (const Breakpoint& breakpoint : debugger.stops().breakpoints()) {
        view.rows.push_back(
            {{fmt::format("{}", breakpoint.number), breakpoint.enabled ? "on" : "off",
              kind_of(breakpoint), fmt::format("{:08X}", breakpoint.at.value),
              debugger.inspector().symbols().describe(breakpoint.at),
              fmt::format("{}", breakpoint.hits)}});
    }
    return view.rows.empty() ? "no breakpoints\n" : to_text(view);
}

std::string change_breakpoints(Debugger& debugger, const Arguments& arguments) {
    auto& breakpoints = debugger.stops().breakpoints();
    if (arguments.empty()) {
        throw InputError(
            2, fmt::format("{}: name the breakpoints by number, or * for all", arguments.verb));
    }
    for (const std::string& word : arguments.words()) {
        const auto number = parse_number(word);
        const auto is_meant = [&](const Breakpoint& breakpoint) {
            return word == "*" || (number && breakpoint.number == *number);
        };
        if (word != "*" && std::none_of(breakpoints.begin(), breakpoints.end(), is_meant)) {
            throw InputError(
                2, fmt::format("{}: no breakpoint '{}'; bl lists them", arguments.verb, word));
        }
        if (arguments.verb == "bc") {
            breakpoints.erase(std::remove_if(breakpoints.begin(), breakpoints.end(), is_meant),
                              breakpoints.end());
            continue;
        }
        for (Breakpoint& breakpoint : breakpoints) {
            if (is_meant(breakpoint)) {
                breakpoint.enabled = arguments.verb == "be";
            }
        }
    }
    return {};
}

}  // namespace ringside::debug
