// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guest/personality.hpp"
#include "guest/symbols.hpp"
#include "trace/sink.hpp"

namespace ringside::check {

/// A field of a transition as it was: a number, its name, or both.
struct ObservedField {
    std::string name;
    std::optional<std::uint32_t> value;
    std::string text;  ///< symbol or name of the value, or empty
};

struct ObservedTransition {
    std::string name;
    bool is_call = true;
    std::vector<ObservedField> fields;

    [[nodiscard]] const ObservedField* find(std::string_view field) const;
};

/// What one run of a case came to.
struct Observation {
    std::string entry;
    guest::StopReason stop;
    std::string stdout_text;
    std::vector<ObservedTransition> transitions;
};

/// Turns trace records into fields that a case can name.
class Recorder : public trace::Sink {
  public:
    Recorder(const guest::SymbolTable& symbols, std::vector<ObservedTransition>& transitions)
        : symbols_(symbols), transitions_(transitions) {}
    void begin(const trace::Header&) override {}
    void record(const trace::Record& record) override;
    void end(const trace::Footer&) override {}

  private:
    const guest::SymbolTable& symbols_;
    std::vector<ObservedTransition>& transitions_;
};

}  // namespace ringside::check
