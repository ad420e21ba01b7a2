// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/jsonl.hpp"
#include "trace/sink.hpp"

namespace ringside::verify {

/// A trace of any length as a number for each record, and in words the first record that is not as
/// in another trace.
class TraceDigest : public trace::Sink {
  public:
    /// `expected` may be null; else it must outlive this.
    explicit TraceDigest(const std::vector<std::uint64_t>* expected);
    void begin(const trace::Header&) override {}
    void record(const trace::Record& record) override;
    void message(const trace::Message& message) override;
    void end(const trace::Footer&) override {}

    [[nodiscard]] const std::vector<std::uint64_t>& records() const { return records_; }
    /// Empty: all of `expected` and no more.
    [[nodiscard]] std::string difference() const;

  private:
    void close();

    const std::vector<std::uint64_t>* expected_;
    std::string text_;
    trace::JsonlSink lines_;
    std::vector<std::uint64_t> records_;
    std::string unexpected_;
};

}  // namespace ringside::verify
