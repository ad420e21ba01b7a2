// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vectors/machine.hpp"

namespace ringside::vectors {

/// One field that is not as the vector says.
struct Difference {
    std::string field;  ///< "outcome", "error_code", "cr2", "memory", "trouble", or a register
    std::string expected;
    std::string got;
    std::uint32_t bits = 0xFFFFFFFF;  ///< those that differ
    std::uint32_t value = 0;          ///< what was found, where 32 bits hold it
};

/// Everything that differs, masks applied: how it ended, then registers, then memory.
[[nodiscard]] std::vector<Difference> compare(const TestVector& test, const Observation& seen,
                                              const std::vector<MemoryDifference>& memory);

/// "completed", "#GP", "interrupt 80h".
[[nodiscard]] std::string outcome_name(const Outcome& outcome);

/// How the vector says that the instruction ends.
[[nodiscard]] Outcome expected_outcome(const TestVector& test);

}  // namespace ringside::vectors
