// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "trace/sink.hpp"
#include "trace/user_time.hpp"

namespace ringside::trace {

struct PerfettoOptions {
    bool frames = false;  ///< every field of each frame, as arguments of its slice
    bool costs = false;   ///< own clocks by stage, as arguments of the call
};

/// One JSON object in Chrome's Trace Event Format, which the Perfetto UI opens: a track a thread,
/// on it slices for user, gate, kernel, service and exit. A microsecond of the viewer is one clock
/// of the guest, so that no figure is rounded. docs/formats.md lists what stands where.
class PerfettoSink : public Sink {
  public:
    explicit PerfettoSink(Write write, PerfettoOptions options = {});
    void begin(const Header& header) override;
    void record(const Record& record) override;
    void message(const Message& message) override;
    void end(const Footer& footer) override;
    [[nodiscard]] ClockObserver* clock_observer() override { return &user_; }

  private:
    void event(std::string_view text);
    void name_thread(std::uint32_t thread);
    void user(const UserSpan& span);
    void passage(const Record& record);

    Write write_;
    PerfettoOptions options_;
    UserTime user_;
    std::set<std::uint32_t> named_;
    bool first_ = true;
};

}  // namespace ringside::trace
