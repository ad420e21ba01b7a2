// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "oracle/duel.hpp"
#include "oracle/generate/generator.hpp"
#include "vectors/known.hpp"

namespace ringside::oracle {

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t first = 0;       ///< number of the first program
    std::uint64_t count = 100000;  ///< programs
    std::string only;              ///< a mnemonic
    std::string known;             ///< file of explained differences
    std::string save;              ///< folder for vectors of the others
    bool coverage = false;         ///< tell how often each mnemonic ran
};

/// One run of the generator: what was compared, what was found.
class Session {
  public:
    /// Throws InputError (2) and HostCannot.
    explicit Session(const Options& options);

    /// Prints what it finds. True when nothing differs that is not known.
    bool run();

  private:
    void run_one(std::uint64_t number);
    [[nodiscard]] std::string command_for(std::uint64_t number) const;
    void count(const Trial& trial, const Verdict& verdict);
    void found(const Trial& trial, std::uint64_t number, const Verdict& verdict);
    void print_summary(double seconds) const;
    void print_coverage() const;

    Options options_;
    Generator generator_;
    Duel duel_;
    std::optional<vectors::KnownDifferences> known_;

    std::uint64_t compared_ = 0;
    std::uint64_t undefined_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t discarded_ = 0;
    std::uint64_t different_ = 0;
    std::map<std::size_t, std::uint64_t> known_rows_;
    std::map<std::string_view, std::uint64_t> by_name_;
    std::map<std::string, std::uint64_t> signatures_;
};

}  // namespace ringside::oracle
