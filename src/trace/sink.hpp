// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/cycles.hpp"
#include "guest/personality.hpp"
#include "trace/record.hpp"

namespace ringside::trace {

/// The world that a trace was made in.
struct Header {
    std::string program;
    std::string os;
    std::string cpu;
    std::uint32_t mhz = 0;
    std::string entry;            ///< "int2e", "sysenter", or "auto"
    bool assumed_clocks = false;  ///< some clock figures rest on no manual
};

/// What came of the run.
struct Footer {
    guest::StopReason stop;
    Cycles clocks;
    std::uint64_t records = 0;
    std::string service_body = "not modelled";  ///< what their clocks are, for a reader
    /// A figure without a source was met, which the header did not know.
    bool assumed_clocks = false;
    std::optional<std::uint64_t> shown = std::nullopt;  ///< of the records, when a filter chose
};

class ClockObserver;

/// Takes records as they close. Nothing is kept, so a trace may be of any length.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual void begin(const Header& header) = 0;
    virtual void record(const Record& record) = 0;
    /// A passage begins. Nothing is known of it yet but who entered and through which gate.
    virtual void entered(const Record& record) { static_cast<void>(record); }
    /// Another thread runs while this call is open. Told once for each call whose arguments are
    /// known by then; `record` comes when it has ended.
    virtual void suspended(const Record& record) { static_cast<void>(record); }
    virtual void instruction(const Instruction& instruction) { static_cast<void>(instruction); }
    virtual void message(const Message& message) { static_cast<void>(message); }
    virtual void end(const Footer& footer) = 0;
    /// Who wants to be told of all clocks of the run too, or null.
    [[nodiscard]] virtual ClockObserver* clock_observer() { return nullptr; }
};

/// Where a sink's lines go.
using Write = std::function<void(std::string_view)>;

}  // namespace ringside::trace
