// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vectors/vector.hpp"

namespace ringside::vectors {

/// Memory that a protected-mode file maps, linear = physical.
struct PageRange {
    std::uint32_t from = 0;
    std::uint32_t to = 0;  ///< one past
    bool present = false;
    bool writable = false;
    bool user = false;
};

struct MemoryRun {
    std::uint32_t address = 0;
    std::vector<std::byte> bytes;
};

/// The machine of a protected-mode file (chunks XENV, PGMP, DTAB, BASE).
struct Environment {
    std::uint32_t cr0 = 0;
    std::uint32_t cr4 = 0;
    std::uint32_t cpl = 0;
    std::vector<PageRange> pages;
    std::vector<std::byte> gdt;
    std::vector<std::byte> ldt;
    std::vector<MemoryRun> base;
};

/// A vector file in memory: what stands before the tests, and where each test is.
struct Container {
    std::string path;
    std::vector<std::byte> bytes;  ///< unpacked
    std::string cpu;               ///< four letters
    std::uint32_t declared_tests = 0;
    Registers mask;                          ///< of all tests
    std::optional<Environment> environment;  ///< real mode when there is none
    struct Place {
        std::size_t offset = 0;  ///< of the payload
        std::size_t size = 0;
    };
    std::vector<Place> tests;
};

/// Reads a MOO container (1.0 and 1.1, plain or packed by gzip) and checks all of it but the
/// insides of its tests. Throws InputError (2) with file and offset.
[[nodiscard]] Container read_container(std::string path, std::vector<std::byte> bytes);

/// Whether the code segment that the test starts in is a 32-bit one.
[[nodiscard]] bool is_code32(const Container& container, const TestVector& test);

/// Reads one test. Throws InputError (2) with file and offset.
[[nodiscard]] TestVector read_test(const Container& container, std::size_t index);

}  // namespace ringside::vectors
