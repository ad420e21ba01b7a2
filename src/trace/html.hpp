// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>

#include "trace/html_part.hpp"
#include "trace/sink.hpp"
#include "trace/user_time.hpp"

namespace ringside::trace {

/// A report as one HTML file that needs nothing else: timeline, filter, every call with its way
/// through the rings and its frame. Script, style and data stand in it, and it asks the browser to
/// load nothing.
class HtmlSink : public Sink {
  public:
    /// Records that a browser can hold; of more, the report says how many are missing.
    static constexpr std::uint64_t most_records = 200'000;

    explicit HtmlSink(Write write, std::uint64_t most = most_records);
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;
    [[nodiscard]] ClockObserver* clock_observer() override { return &user_; }

  private:
    void flush();
    void flush_when_full();

    Write write_;
    std::uint64_t most_;
    std::uint64_t shown_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t spans_ = 0;
    std::uint64_t messages_ = 0;
    HtmlPart part_;
    UserTime user_;
};

}  // namespace ringside::trace
