// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/sink.hpp"

namespace ringside::trace {

/// What passages cost, summed by the name of the call or the way in.
class CostTable {
  public:
    struct Row {
        std::uint64_t count = 0;
        Cycles own;
        std::map<std::string, Cycles> stages;
    };

    void add(const Record& record);
    [[nodiscard]] const std::map<std::string, Row>& rows() const { return rows_; }
    /// A line a name, a column a stage, and the sums.
    [[nodiscard]] std::string text() const;

  private:
    std::map<std::string, Row> rows_;
    std::vector<std::string> stages_;  ///< in the order in which they were met
};

/// "gate 130 + frame 12 + ... = 218 clocks", and what passed elsewhere meanwhile.
[[nodiscard]] std::string cost_text(const Record& record);

/// Adds to a trace for readers a line of costs under each call, and the table at its end.
class CostSink : public Sink {
  public:
    CostSink(Sink& trace, Write write) : trace_(trace), write_(std::move(write)) {}
    void begin(const Header& header) override { trace_.begin(header); }
    void record(const Record& record) override;
    void entered(const Record& record) override { trace_.entered(record); }
    void suspended(const Record& record) override { trace_.suspended(record); }
    void instruction(const Instruction& instruction) override { trace_.instruction(instruction); }
    void message(const Message& message) override { trace_.message(message); }
    void end(const Footer& footer) override;

  private:
    Sink& trace_;
    Write write_;
    CostTable table_;
};

}  // namespace ringside::trace
