// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/cycles.hpp"
#include "check/case.hpp"
#include "guest/personality.hpp"
#include "guest/symbols.hpp"
#include "trace/sink.hpp"

namespace ringside::check {

/// Where in guest memory a field was read, and when: what was written there later is not it.
struct Storage {
    LinearAddress at{};
    std::uint32_t size = 0;
    /// Control was about to execute this; nothing: a transition had just taken effect.
    std::optional<LinearAddress> reached;
    Cycles clock;
    bool is_source = false;  ///< what the field is a copy of
    friend bool operator==(const Storage&, const Storage&) = default;
};

/// A field of a transition as it was: a number, its name, or both.
struct ObservedField {
    std::string name;
    std::optional<std::uint64_t> value;  ///< of 32 bits, but for the clocks
    std::string text;                    ///< symbol or name of the value, or empty
    std::vector<Storage> storages{};
};

/// Whether a field is one that people count and write in decimal digits.
[[nodiscard]] bool is_counted(std::string_view field);

struct ObservedTransition {
    std::string name;
    bool is_call = true;
    std::vector<ObservedField> fields;

    [[nodiscard]] const ObservedField* find(std::string_view field) const;
};

/// What names there are, for who mistypes one.
struct Vocabulary {
    std::string frame;  ///< the layout's name; empty when frames are what the processor pushes
    std::vector<std::string> frame_fields;
    std::vector<std::string> services;
    std::vector<std::string> statuses{};
};
[[nodiscard]] Vocabulary vocabulary_of(const guest::Personality& personality);

/// What one run of a case came to.
struct Observation {
    std::string entry;
    guest::StopReason stop;
    std::string stdout_text;
    std::uint64_t clocks = 0;
    std::vector<ObservedTransition> transitions;
    /// There were more transitions than anybody compares.
    bool is_cut = false;
    /// What the symbols that the case names stand for; nothing for what is no symbol of the run.
    std::map<std::string, std::optional<std::uint32_t>> symbols{};
    /// Suggestions for symbols that are none.
    std::map<std::string, std::string> near_symbols{};
    Vocabulary vocabulary{};
};

/// Looks up the symbols that a case expects.
void resolve_symbols(const Expectation& expect, const guest::SymbolTable& symbols,
                     Observation& observation);

/// Turns trace records into fields that a case can name. It keeps those that the case names or,
/// when it lists all calls, all calls; of each name the first 10,000, since a run may have no end.
class Recorder : public trace::Sink {
  public:
    Recorder(const Expectation& expect, const guest::SymbolTable& symbols, Observation& observation)
        : expect_(expect), symbols_(symbols), observation_(observation) {}
    void begin(const trace::Header&) override {}
    void record(const trace::Record& record) override;
    void end(const trace::Footer&) override {}

  private:
    [[nodiscard]] bool is_wanted(const ObservedTransition& transition) const;
    void add_points(const trace::Record& record, std::vector<ObservedField>& fields) const;
    void add_point(std::string_view table, const cpu::ExecutionPoint& point,
                   std::vector<ObservedField>& fields) const;

    const Expectation& expect_;
    const guest::SymbolTable& symbols_;
    Observation& observation_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace ringside::check
