// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "trace/sink.hpp"

namespace ringside::trace {

enum class SummaryForm : std::uint8_t { table, jsonl };

/// Counts what a trace shows: calls by service, unknown numbers too, and everything else by the way
/// in. With a trace it hands on all it is told; alone it keeps the records to itself.
class SummarySink : public Sink {
  public:
    enum class Place : std::uint8_t { alone, behind_trace };

    SummarySink(Sink& next, Write write, SummaryForm form, Place place)
        : next_(next), write_(std::move(write)), form_(form), place_(place) {}
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void entered(const Record& record) override;
    void suspended(const Record& record) override;
    void instruction(const Instruction& instruction) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;

  private:
    struct Row {
        std::uint64_t count = 0;
        std::uint64_t errors = 0;
        Cycles clocks;  ///< the passages' own
        bool missing = false;
    };

    [[nodiscard]] std::string table() const;
    [[nodiscard]] std::string lines() const;

    Sink& next_;
    Write write_;
    SummaryForm form_;
    Place place_;
    std::map<std::string, Row> rows_;
};

}  // namespace ringside::trace
