// SPDX-License-Identifier: MIT
// gdb's `monitor`: what its protocol has no packets for.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "debug/verbs.hpp"
#include "gdb/hex.hpp"
#include "gdb/session.hpp"

namespace ringside::gdb {
namespace {

std::vector<std::string> words_of(std::string_view command) {
    std::vector<std::string> words;
    for (const std::string_view word : split(command, ' ')) {
        if (!word.empty()) {
            words.emplace_back(word);
        }
    }
    return words;
}

std::string choose_addresses(Memory& memory, const std::vector<std::string>& words) {
    if (words.size() != 2 || (words[1] != "on" && words[1] != "off")) {
        return "physical: want on or off\n";
    }
    memory.physical = words[1] == "on";
    return fmt::format("addresses are {} now\n", memory.physical ? "physical" : "linear");
}

std::string catch_by_name(StopPoints& points, const guest::Personality& personality,
                          const std::vector<std::string>& words) {
    std::set<std::uint32_t> numbers;
    bool all = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "off") {
            points.catch_calls(std::nullopt);
            points.catch_exceptions(false);
            return "nothing is caught\n";
        }
        if (word == "exceptions") {
            points.catch_exceptions(true);
            if (words.size() == 2) {
                return "exceptions are caught\n";
            }
            continue;
        }
        all = all || word == "all";
        const auto services = personality.services();
        const auto found =
            std::find_if(services.begin(), services.end(),
                         [&word](const auto& service) { return service.name == word; });
        const auto number = parse_number(word);
        if (found != services.end()) {
            numbers.insert(found->number);
        } else if (number && *number <= UINT32_MAX) {
            numbers.insert(static_cast<std::uint32_t>(*number));
        } else if (word != "all") {
            std::vector<std::string> names;
            for (const guest::ServiceEntry& service : services) {
                names.push_back(service.name);
            }
            return fmt::format("catch: no service {}{}\n", word, suggestion(word, names));
        }
    }
    if (words.size() == 1) {
        return "catch: want names or numbers of services, all, exceptions, or off\n";
    }
    const std::size_t count = numbers.size();
    points.catch_calls(all ? std::set<std::uint32_t>() : std::move(numbers));
    return all ? "all system calls are caught\n"
               : fmt::format("{} system call{} caught\n", count, count == 1 ? " is" : "s are");
}

constexpr std::string_view help =
    "Of gdb's connection:\n"
    "  physical on|off           gdb's own memory commands mean physical addresses\n"
    "  catch NAME|NUMBER...|all  stop where these system calls enter the kernel and leave\n"
    "  catch exceptions          stop at the first instruction of an exception's handler\n"
    "  catch off                 neither\n"
    "And of `ringside inspect` and `ringside debug`:\n";

}  // namespace

std::string Session::monitor_text(std::string_view command) {
    const auto words = words_of(command);
    if (words.empty() || (words.front() == "help" && words.size() == 1)) {
        return std::string(help) + debug::help_text("", debug::HelpFor::looking);
    }
    if (words.front() == "physical") {
        return choose_addresses(memory_, words);
    }
    if (words.front() == "catch") {
        return catch_by_name(execution_.stop_points(), debuggee_.personality, words);
    }
    return debug::look(inspector_, command);
}

std::string Session::monitor(std::string_view command) {
    constexpr std::size_t at_a_time = 0x4000;
    std::string text;
    try {
        text = monitor_text(command);
    } catch (const InputError& error) {
        text = fmt::format("{}\n", error.what());
    }
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view part = rest.substr(0, at_a_time);
        rest.remove_prefix(part.size());
        if (!send(fmt::format("O{}", to_hex(part)))) {
            break;
        }
    }
    return "OK";
}

}  // namespace ringside::gdb
