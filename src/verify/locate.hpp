// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verify/subject.hpp"

namespace ringside::verify {

/// What is known of the first place where two ways of one run part.
struct Place {
    /// An instruction was found after which the two differ; else only the clocks are known.
    bool exact = false;
    std::string at;           ///< symbol+offset of the instruction
    std::string instruction;  ///< disassembled
    std::uint32_t eip = 0;
    std::uint64_t from_tick = 0;  ///< before the instruction; else the two are still equal here
    std::uint64_t to_tick = 0;    ///< and no longer here
    std::vector<std::string> differences;
};

/// Runs both ways again and again, paused at ever closer clocks, then instruction by instruction.
/// `end_tick` is where the longer of the two ended. No pause and no watching changes what a correct
/// run does, but it may hide what a faulty one does; then the place is not exact.
[[nodiscard]] Place locate(const MakeSubject& make, const Way& first, const Way& second,
                           std::uint64_t end_tick, const guest::Limits& limits);

}  // namespace ringside::verify
