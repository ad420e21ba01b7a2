// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::cpu::timing {

/// What the clock counts; each level adds to the one before. See docs/timing.md.
enum class Level : std::uint8_t {
    count,   ///< one clock an instruction
    table,   ///< the documented figures, added up
    pipe,    ///< and how neighbours meet in the pipeline
    memory,  ///< and what translations, caches and the bus take
};

[[nodiscard]] constexpr std::string_view name_of(Level level) {
    switch (level) {
        case Level::count: return "count";
        case Level::table: return "table";
        case Level::pipe: return "pipe";
        case Level::memory: return "memory";
    }
    return {};
}

[[nodiscard]] constexpr std::optional<Level> level_named(std::string_view name) {
    for (const Level level : {Level::count, Level::table, Level::pipe, Level::memory}) {
        if (name_of(level) == name) {
            return level;
        }
    }
    return std::nullopt;
}

}  // namespace ringside::cpu::timing
