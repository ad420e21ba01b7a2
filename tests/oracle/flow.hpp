// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "oracle/program.hpp"
#include "oracle/undefined.hpp"

namespace ringside::oracle {

/// What a program of several instructions does with flags that an instruction left open: followed
/// along every path, without running it.
struct Flow {
    std::map<std::uint32_t, OpenFlags> before;  ///< by offset of an instruction, or of the end
    /// The first instruction that reads an open flag or jumps where none begins. What comes behind
    /// it may differ from processor to processor.
    std::optional<std::uint32_t> unsound_at;

    [[nodiscard]] OpenFlags at(std::uint32_t offset) const;
};

[[nodiscard]] Flow follow(const Program& program);

/// EFLAGS bits that an instruction reads.
[[nodiscard]] std::uint32_t flags_read(const cpu::Decoded& decoded);

}  // namespace ringside::oracle
