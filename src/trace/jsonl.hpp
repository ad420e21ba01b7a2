// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <utility>

#include "trace/costs.hpp"
#include "trace/sink.hpp"

namespace ringside::trace {

struct JsonlOptions {
    bool costs = false;  ///< own clocks by stage, and their sums at the end
};

/// The JSON Schema of a line, as docs/trace.schema.json has it.
[[nodiscard]] std::string_view json_schema();

/// One JSON object a line: a header, the records, an end. docs/formats.md lists the members.
class JsonlSink : public Sink {
  public:
    /// Raised by one whenever a member changes its meaning or goes away.
    static constexpr int version = 2;

    explicit JsonlSink(Write write, JsonlOptions options = {})
        : write_(std::move(write)), options_(options) {}
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void instruction(const Instruction& instruction) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;

  private:
    Write write_;
    JsonlOptions options_;
    CostTable costs_;
};

}  // namespace ringside::trace
