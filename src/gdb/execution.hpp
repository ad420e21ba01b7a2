// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include "gdb/stop.hpp"
#include "gdb/stop_points.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "host/interruptible_console.hpp"
#include "snapshot/timeline.hpp"

namespace ringside::gdb {

/// A booted machine with its program, and the way to run it.
struct Debuggee {
    guest::Machine& machine;
    guest::Personality& personality;
    std::function<guest::StopReason(const guest::Limits&)> run;
    /// Through which the run goes instead, and can go back; null: it only goes forward.
    snapshot::Timeline* timeline = nullptr;
    guest::Limits limits;
    /// Where the debugger takes over; nothing: before the first instruction.
    std::optional<LinearAddress> entry;
    /// Whether Ctrl-C was pressed at Ringside's own terminal.
    std::function<bool()> interrupted;
    /// Whose wait for input the debugger may end; null: none can be ended.
    host::InterruptibleConsole* console = nullptr;
};

/// Makes the debuggee go, and says why it stopped.
class Execution {
  public:
    /// `wants_stop` is asked every few milliseconds while the machine runs, and when something
    /// comes in at `line` while the guest waits for input.
    Execution(Debuggee debuggee, int line, std::function<bool()> wants_stop);
    ~Execution();
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    [[nodiscard]] StopPoints& stop_points() { return points_; }

    /// To the place where the debugger takes over. What it came to, unless that is where it stands.
    [[nodiscard]] std::optional<Stop> run_to_entry();
    [[nodiscard]] Stop resume();
    /// Exactly one instruction, or the way into the handler of an interrupt that came before it.
    [[nodiscard]] Stop step();
    /// The first instruction of a thread that does not have the processor.
    [[nodiscard]] Stop step(const guest::SystemThread& thread);
    /// The same backwards; `history_begin` where nothing older is known.
    [[nodiscard]] Stop resume_back();
    [[nodiscard]] Stop step_back();
    [[nodiscard]] bool goes_back() const { return debuggee_.timeline != nullptr; }
    /// Registers or memory were written from outside.
    void changed();
    /// Without stopping anywhere, to the end: the debugger is gone.
    [[nodiscard]] guest::StopReason run_to_end();

    /// How the run ended, once it has.
    [[nodiscard]] const std::optional<guest::StopReason>& end() const { return end_; }

  private:
    [[nodiscard]] guest::StopReason go(const guest::Limits& limits);
    [[nodiscard]] Stop run(bool stepping);
    [[nodiscard]] std::optional<Stop> after(guest::StopReason reason, bool stepping);
    [[nodiscard]] Stop leave_wait();
    [[nodiscard]] Stop interrupted() const;
    void forget_end();
    [[nodiscard]] Stop ended(guest::StopReason reason);

    Debuggee debuggee_;
    std::function<bool()> wants_stop_;
    StopPoints points_;
    std::optional<guest::StopReason> end_;
    bool told_failure_ = false;
    bool ended_wait_ = false;  ///< of the guest, for input, because the debugger asked
};

}  // namespace ringside::gdb
