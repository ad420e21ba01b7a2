// SPDX-License-Identifier: MIT
#include "host/date.hpp"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace ringside::host {
namespace {

namespace chrono = std::chrono;

constexpr chrono::sys_days nt_epoch{chrono::year{1601} / 1 / 1};

/// `length` digits at `at`.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t length) {
    if (text.size() < at + length) {
        return std::nullopt;
    }
    const std::string_view field = text.substr(at, length);
    if (field.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    int value = 0;
    std::from_chars(field.data(), field.data() + field.size(), value);
    return value;
}

std::optional<std::int64_t> seconds_of_day(std::string_view text) {
    if (text.size() != 9 || text[0] != 'T' || text[3] != ':' || text[6] != ':') {
        return std::nullopt;
    }
    const auto hour = digits(text, 1, 2);
    const auto minute = digits(text, 4, 2);
    const auto second = digits(text, 7, 2);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return (*hour * 60 + *minute) * 60 + *second;
}

}  // namespace

std::optional<FileTime> parse_date(std::string_view text) {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-' || *year < 1601) {
        return std::nullopt;
    }
    const chrono::year_month_day date{chrono::year{*year},
                                      chrono::month{static_cast<unsigned>(*month)},
                                      chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    text.remove_prefix(10);
    if (text.ends_with('Z')) {
        text.remove_suffix(1);
    }
    const auto seconds = text.empty() ? 0 : seconds_of_day(text);
    if (!seconds) {
        return std::nullopt;
    }
    const std::int64_t days = (chrono::sys_days{date} - nt_epoch).count();
    return FileTime{(days * 86'400 + *seconds) * ticks_per_second};
}

FileTime host_now() {
    const auto since_1970 = chrono::system_clock::now().time_since_epoch();
    const std::int64_t microseconds =
        chrono::duration_cast<chrono::microseconds>(since_1970).count();
    return FileTime{microseconds * 10 + unix_epoch_seconds * ticks_per_second};
}

std::string to_text(FileTime time) {
    const std::int64_t seconds = time.ticks / ticks_per_second;
    const chrono::year_month_day date{nt_epoch + chrono::days{seconds / 86'400}};
    const std::int64_t rest = seconds % 86'400;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       rest / 3600, rest / 60 % 60, rest % 60);
}

}  // namespace ringside::host
