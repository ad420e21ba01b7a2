// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cpu/memory_model/tag_store.hpp"
#include "cpu/model.hpp"

namespace ringside::cpu::memory_model {

/// A row of data/memory_parameters.tsv, as written.
struct ParameterRow {
    std::string_view name;
    std::array<std::string_view, 4> figures;  ///< of i386, i486, pentium and p6
    std::string_view source;
};

/// Reads such a table; the rows point into `text`. Throws BrokenInvariant, naming the line, for
/// a line with other than six fields, an empty or repeated name, or a figure that is none.
[[nodiscard]] std::vector<ParameterRow> parse_parameters(std::string_view text);

/// The rows of the embedded table, in its order.
[[nodiscard]] std::span<const ParameterRow> parameter_rows();

/// A figure that is charged, and whether it rests on an assumption.
struct Parameter {
    std::uint32_t value = 0;
    bool assumed = false;
};

/// What the memory around one processor is like. Clocks are core clocks; what the processor lacks
/// is 0.
struct Parameters {
    Geometry tlb;
    Geometry code_tlb;  ///< no entries: the other serves code too
    Geometry large_tlb;
    Geometry large_code_tlb;
    Parameter walk;
    Parameter walk_bus_reads;
    std::array<Parameter, 3> updates;  ///< clocks by how many entries had bits to set
    Parameter update_bus_cycles;       ///< and bus cycles for each
    Parameter accessed_bus_cycles;
    std::uint32_t bus_cycle = 0;  ///< 0: the bus is behind a cache
    std::uint32_t queue_bytes = 0;
    std::uint32_t cache_bytes = 0;
    std::uint32_t cache_ways = 1;
    std::uint32_t cache_line = 0;
    Replacement cache_replacement{};
    bool allocates_on_write = false;
    std::uint32_t code_cache_bytes = 0;  ///< 0: the other serves code too
    std::uint32_t code_cache_ways = 1;
    Parameter fill_bus_clocks;
    Parameter bus_ratio;
    std::uint32_t second_level_bytes = 0;
    std::uint32_t second_level_ways = 1;
    Parameter second_level_clocks;
    Parameter memory_clocks;
    std::uint32_t bus_width = 0;  ///< bytes; quadwords are aligned to it
    Parameter misaligned;
    Parameter line_crossing;
    Parameter bank_conflict;

    /// Of the embedded table; `modern` has what p6 has.
    [[nodiscard]] static const Parameters& of(Model model);
};

}  // namespace ringside::cpu::memory_model
