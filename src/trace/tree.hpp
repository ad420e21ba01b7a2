// SPDX-License-Identifier: MIT
#pragma once

#include "trace/sink.hpp"
#include "trace/words.hpp"

namespace ringside::trace {

struct TreeOptions {
    bool frames = false;  ///< every field of each frame
};

/// Each passage as one nested record: stub, gate, stack switch, frame, lookup, argument copy,
/// service, exit, each with its clocks and the registers that it changed.
class TreeSink : public Sink {
  public:
    TreeSink(Write write, TreeOptions options) : write_(std::move(write)), options_(options) {}
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void instruction(const Instruction& instruction) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;

  private:
    Write write_;
    TreeOptions options_;
    ThreadMarks threads_;
};

}  // namespace ringside::trace
