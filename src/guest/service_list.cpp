// SPDX-License-Identifier: MIT
#include "guest/service_list.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::guest {
namespace {

/// Bits 0-11 of EAX choose the row of a table, and a byte holds its argument bytes.
constexpr std::size_t most_services = 0x1000;
constexpr std::uint64_t most_arguments = 63;
constexpr std::size_t longest_name = 255;
constexpr std::string_view blank = " \t";

/// One line on its way from the left to the right.
class Line {
  public:
    Line(std::string_view file, std::size_t number, std::string_view text)
        : file_(file), number_(number), rest_(text.substr(0, text.find_first_of("#;"))) {}

    /// The next word, or an empty one at the end.
    std::string_view word() {
        const auto start = std::min(rest_.find_first_not_of(blank), rest_.size());
        column_ += length_ + start;
        rest_.remove_prefix(start);
        const auto result = rest_.substr(0, rest_.find_first_of(blank));
        length_ = result.size();
        rest_.remove_prefix(length_);
        return result;
    }

    /// Says what is wrong with the word that came last.
    [[noreturn]] void reject(std::string_view what) const {
        throw InputError(2, fmt::format("{}:{}:{}: {}", file_, number_, column_ + 1, what));
    }

  private:
    std::string_view file_;
    std::size_t number_;
    std::string_view rest_;
    std::size_t column_ = 0;
    std::size_t length_ = 0;
};

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    return text.size() <= longest_name && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// Nt and Zw are two names of one stub.
std::string key_of(std::string_view name) {
    return name.starts_with("Zw") ? "Nt" + std::string(name.substr(2)) : std::string(name);
}

}  // namespace

std::vector<ListedService> read_service_list(std::string_view file, std::string_view text) {
    std::vector<ListedService> services;
    std::map<std::string, std::size_t> line_of_name;
    std::size_t number = 0;
    for (const std::string_view characters : lines_of(text)) {
        Line line(file, ++number, characters);
        const std::string_view name = line.word();
        if (name.empty()) {
            continue;
        }
        if (!is_name(name)) {
            line.reject(fmt::format("'{}' is no name of a service; want Name argcount", name));
        }
        if (services.size() == most_services) {
            line.reject("a table holds 4096 services; leave this one out");
        }
        const auto [first, is_new] = line_of_name.emplace(key_of(name), number);
        if (!is_new) {
            line.reject(fmt::format("{} stands in line {} already; a stub has one number", name,
                                    first->second));
        }
        const std::string_view count = line.word();
        if (count.empty()) {
            line.reject(
                fmt::format("want the number of arguments behind {}, as in '{} 3'", name, name));
        }
        const auto arguments = parse_number(count);
        if (!arguments || *arguments > most_arguments) {
            line.reject(
                fmt::format("'{}' is no number of arguments; want 0 to {}", count, most_arguments));
        }
        if (const std::string_view more = line.word(); !more.empty()) {
            line.reject(
                fmt::format("'{}' behind the number of arguments; a comment begins with # "
                            "or ;",
                            more));
        }
        services.push_back({std::string(name), static_cast<std::uint16_t>(*arguments * 4), number});
    }
    if (services.empty()) {
        throw InputError(2, fmt::format("{}: no service in it; want lines 'Name argcount'", file));
    }
    return services;
}

}  // namespace ringside::guest
