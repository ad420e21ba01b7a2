// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cpu/float_arithmetic.hpp"
#include "cpu/model.hpp"
#include "vectors/files.hpp"
#include "vectors/known.hpp"

namespace ringside::vectors {

struct RunOptions {
    cpu::Model model = cpu::Model::modern;
    cpu::FloatArithmetic float_arithmetic = cpu::FloatArithmetic::host;
    const KnownDifferences* known = nullptr;
    std::size_t first = 10;  ///< differences told in full
};

struct Counts {
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;

    Counts& operator+=(const Counts& other) {
        passed += other.passed;
        failed += other.failed;
        skipped += other.skipped;
        return *this;
    }
};

/// What became of the vectors of one mnemonic.
struct MnemonicResult {
    Counts counts;
    std::string first_failure;  ///< told in full
    std::string skip_reason;    ///< of the last one skipped
};

/// What became of some vectors of a file.
struct RunResult {
    Counts counts;
    std::vector<std::string> failures;           ///< told in full, at most RunOptions::first
    std::map<std::string, std::uint64_t> skips;  ///< by reason
    std::map<std::string, MnemonicResult> mnemonics;

    /// Adds what came behind.
    void add(RunResult&& next, std::size_t first);
};

/// Runs the vectors `from` to `to` (one past). Throws InputError (2) for what is no vector.
[[nodiscard]] RunResult run_vectors(const VectorFile& file, std::size_t from, std::size_t to,
                                    const RunOptions& options);

}  // namespace ringside::vectors
