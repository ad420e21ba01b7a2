// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringside::host {

/// A moment in 100 ns units since 1601-01-01T00:00:00Z, as NT counts.
struct FileTime {
    std::int64_t ticks{};

    friend constexpr auto operator<=>(FileTime, FileTime) = default;
};

inline constexpr std::int64_t ticks_per_second = 10'000'000;
/// Seconds between the epochs of NT (1601) and Unix (1970).
inline constexpr std::int64_t unix_epoch_seconds = 11'644'473'600;

/// 2004-01-01T00:00:00Z, the guest's date unless the user asks for another.
inline constexpr FileTime default_date{127'173'888'000'000'000};

/// `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS` with an optional `Z`, from 1601 to 9999; nothing when the
/// text is no such date.
[[nodiscard]] std::optional<FileTime> parse_date(std::string_view);

/// The host's clock, for `--date now` only.
[[nodiscard]] FileTime host_now();

/// `2004-01-01T00:00:00Z`; whole seconds.
[[nodiscard]] std::string to_text(FileTime);

}  // namespace ringside::host
