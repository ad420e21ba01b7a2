// SPDX-License-Identifier: MIT
#pragma once

#include "trace/sink.hpp"

namespace ringside::trace {

/// One JSON object a line: a header, the records, an end. docs/formats.md lists the members.
class JsonlSink : public Sink {
  public:
    /// Raised by one whenever a member changes its meaning or goes away.
    static constexpr int version = 1;

    explicit JsonlSink(Write write) : write_(std::move(write)) {}
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;

  private:
    Write write_;
};

}  // namespace ringside::trace
