// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ringside::cpu::timing {

/// One assumption of the p6 model, in clocks; base_cpi_x1000 alone is in thousandths of a clock.
struct P6Parameter {
    std::string_view name;
    std::uint32_t value;
    std::uint32_t low;
    std::uint32_t high;
    std::string_view meaning;
};

/// data/p6_parameters.tsv.
class P6Parameters {
  public:
    /// `text` outlives the object. Throws BrokenInvariant, naming the line, for text that is not
    /// such a table.
    explicit P6Parameters(std::string_view text);

    /// The embedded table.
    static const P6Parameters& embedded();

    [[nodiscard]] std::optional<std::uint32_t> value(std::string_view name) const;
    [[nodiscard]] std::span<const P6Parameter> rows() const { return rows_; }

  private:
    std::vector<P6Parameter> rows_;
};

}  // namespace ringside::cpu::timing
