// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::guest {

/// How far a system service goes, in the order from nothing to all.
enum class ServiceState : std::uint8_t {
    absent,   ///< it has no body
    faked,    ///< answers without doing what it is there for
    partial,  ///< does it, but a program could tell the difference
    real,     ///< no program could tell the difference
};

inline constexpr std::array<std::string_view, 4> service_state_words{"absent", "faked", "partial",
                                                                     "real"};

[[nodiscard]] constexpr std::string_view state_word(ServiceState state) {
    return service_state_words[static_cast<std::size_t>(state)];
}

/// Nothing for a word that is no state's.
[[nodiscard]] constexpr std::optional<ServiceState> state_of_word(std::string_view word) {
    for (std::size_t i = 0; i < service_state_words.size(); ++i) {
        if (service_state_words[i] == word) {
            return static_cast<ServiceState>(i);
        }
    }
    return std::nullopt;
}

/// A state, and what a reader should know about it: of what is missing, or empty.
struct ServiceStanding {
    ServiceState state = ServiceState::absent;
    std::string_view note;  ///< lives as long as the program
};

}  // namespace ringside::guest
