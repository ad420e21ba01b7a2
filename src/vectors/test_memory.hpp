// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mmu/physical_memory.hpp"
#include "vectors/machine.hpp"

namespace ringside::vectors {

/// The memory that a file's vectors may use, with its contents before each of them.
class TestMemory {
  public:
    /// One stretch of memory; whole pages.
    struct Range {
        std::uint32_t from = 0;
        std::uint32_t to = 0;  ///< one past
    };

    /// `file` names the container in errors and must outlive this object. Ranges must not overlap,
    /// and `base` must lie inside them: throws InputError (2).
    TestMemory(std::string_view file, mmu::PhysicalMemory& memory, std::vector<Range> ranges,
               const std::vector<MemoryRun>& base);

    /// Stores the bytes that the vector sets.
    void place(const TestVector& test);
    /// Compares all of the memory with what the vector leaves. Every run ends with this.
    void compare(const TestVector& test, std::vector<MemoryDifference>& differences);
    /// Puts everything back as it is before each vector.
    void restore();

    /// The byte at a physical address; 0 outside the ranges.
    [[nodiscard]] std::uint8_t byte_at(std::uint32_t address) const;

  private:
    struct Stretch {
        Range range;
        std::vector<std::byte> base;
        std::vector<std::byte> expected;  ///< equal to base between vectors
        std::vector<bool> touched;        ///< pages that may not be as in base
    };
    [[nodiscard]] Stretch* stretch_of(std::uint32_t address);
    [[noreturn]] void fail(std::string_view what, std::uint32_t address) const;

    std::string_view file_;
    mmu::PhysicalMemory& memory_;
    std::vector<Stretch> stretches_;
};

}  // namespace ringside::vectors
