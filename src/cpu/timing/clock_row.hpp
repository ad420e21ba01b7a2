// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace ringside::cpu::timing {

/// One line of data/clocks.tsv, as written; docs/timing.md explains the columns.
struct ClockRow {
    std::string_view key;   ///< as an instruction's row names it: "ADD", "SHL/SHR/SAR"
    std::string_view form;  ///< operands, or "path …" or "adder …"
    std::string_view mode;  ///< "any", "real" (and virtual 8086), "protected", "v86"
    std::string_view i386;
    std::string_view i486;
    std::string_view pentium;
    std::string_view p6;  ///< empty: by the rule, from pentium
    std::string_view confidence;
    std::string_view note;

    [[nodiscard]] bool is_path() const { return form.starts_with("path"); }
    [[nodiscard]] bool is_adder() const { return form.starts_with("adder"); }
};

/// Reads such a table; the rows point into `text`. Throws BrokenInvariant, naming the line, for
/// a line with other than nine fields, an empty key or form, an unknown mode, or a repeated row.
[[nodiscard]] std::vector<ClockRow> parse_clock_rows(std::string_view text);

/// The rows of the embedded table, in its order.
[[nodiscard]] std::span<const ClockRow> clock_rows();

/// The lines of a table after its heading, which must be `heading`; `#` starts a comment line.
[[nodiscard]] std::vector<std::string_view> data_lines(std::string_view text,
                                                       std::string_view heading);

[[nodiscard]] std::string_view embedded_text(std::span<const std::byte> bytes);

}  // namespace ringside::cpu::timing
