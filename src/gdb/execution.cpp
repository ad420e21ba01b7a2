// SPDX-License-Identifier: MIT
#include "gdb/execution.hpp"

#include <utility>

namespace ringside::gdb {
namespace {

/// Guest clocks between two looks at the line.
constexpr std::uint64_t clocks_at_a_time = 2'000'000;

}  // namespace

Execution::Execution(Debuggee debuggee, int line, std::function<bool()> wants_stop)
    : debuggee_(std::move(debuggee)),
      wants_stop_(std::move(wants_stop)),
      points_(debuggee_.machine, debuggee_.personality, debuggee_.timeline) {
    if (debuggee_.console != nullptr) {
        debuggee_.console->attend(line, [this] { return ended_wait_ = wants_stop_(); });
    }
}

Execution::~Execution() {
    if (debuggee_.console != nullptr) {
        debuggee_.console->attend_nobody();
    }
}

std::optional<Stop> Execution::run_to_entry() {
    if (!debuggee_.entry) {
        return std::nullopt;
    }
    for (;;) {
        points_.begin(StopPoints::Way::forward, debuggee_.entry);
        Stop stop = run(false);
        if (stop.reason == Stop::Reason::step) {
            return std::nullopt;
        }
        if (stop.reason != Stop::Reason::library) {
            return stop;
        }
    }
}

Stop Execution::resume() {
    points_.begin(StopPoints::Way::forward);
    if (debuggee_.timeline == nullptr) {  // which sees to it by itself
        debuggee_.machine.observers().pass_probe(place_of(debuggee_.machine.cpu()));
    }
    return run(false);
}

Stop Execution::step() {
    points_.begin(StopPoints::Way::step);
    return run(true);
}

Stop Execution::step(const guest::SystemThread& thread) {
    if (!thread.resumes) {
        return step();
    }
    for (;;) {
        points_.begin(StopPoints::Way::forward, LinearAddress{thread.resumes->eip});
        Stop stop = run(false);
        const bool there = stop.reason == Stop::Reason::step &&
                           debuggee_.personality.current_thread(debuggee_.machine) == thread.id;
        if (there || stop.reason != Stop::Reason::step) {
            return there ? step() : stop;
        }
    }
}

guest::StopReason Execution::go(const guest::Limits& limits) {
    return debuggee_.timeline != nullptr ? debuggee_.timeline->run(limits) : debuggee_.run(limits);
}

Stop Execution::step_back() {
    points_.begin(StopPoints::Way::step);
    if (!debuggee_.timeline->step_back()) {
        return {.reason = Stop::Reason::history_begin};
    }
    forget_end();
    return {.reason = Stop::Reason::step};
}

Stop Execution::resume_back() {
    points_.begin(StopPoints::Way::back);
    const snapshot::BackStop back =
        debuggee_.timeline->run_back([this] { return debuggee_.interrupted() || wants_stop_(); });
    forget_end();
    if (back.kind == snapshot::BackStop::Kind::given_up) {
        return interrupted();
    }
    auto stop = points_.take();
    if (back.kind == snapshot::BackStop::Kind::beginning || !stop) {
        return {.reason = Stop::Reason::history_begin};
    }
    // A watch is told of behind the instruction; backwards, the place is in front of it.
    if (stop->reason == Stop::Reason::watch) {
        points_.begin(StopPoints::Way::step);
        static_cast<void>(debuggee_.timeline->step_back());
    }
    return *stop;
}

void Execution::forget_end() {
    end_.reset();
    told_failure_ = false;
}

void Execution::changed() {
    if (debuggee_.timeline != nullptr) {
        debuggee_.timeline->changed();
    }
}

Stop Execution::run(bool stepping) {
    if (end_) {
        return ended(*end_);
    }
    const std::uint64_t ticks =
        clocks_at_a_time * cpu::traits(debuggee_.machine.cpu().model).ticks_per_clock;
    for (;;) {
        guest::Limits limits = debuggee_.limits;
        const std::uint64_t now = debuggee_.machine.cpu().clock;
        if (stepping) {
            limits.one_instruction = true;
        } else {
            limits.pause_at = now + ticks;
        }
        if (auto stop = after(go(limits), stepping)) {
            return *std::move(stop);
        }
    }
}

std::optional<Stop> Execution::after(guest::StopReason reason, bool stepping) {
    switch (reason.kind) {
        case guest::StopKind::paused: {
            if (auto stop = points_.take()) {
                return stop;
            }
            if (stepping) {
                return Stop{.reason = Stop::Reason::step};
            }
            if (wants_stop_()) {
                return interrupted();
            }
            return std::nullopt;
        }
        case guest::StopKind::observer:
        case guest::StopKind::interrupted:
            if (std::exchange(ended_wait_, false)) {
                return leave_wait();
            }
            if (auto stop = points_.take()) {
                return stop;
            }
            if (debuggee_.interrupted()) {
                return Stop{.reason = Stop::Reason::host_stop};
            }
            return std::nullopt;
        case guest::StopKind::guest_exit:
        case guest::StopKind::guest_failure:
        case guest::StopKind::deadlock:
        case guest::StopKind::cycle_limit:
        case guest::StopKind::time_limit:
        case guest::StopKind::not_built:
        case guest::StopKind::not_executable: break;
    }
    return ended(std::move(reason));
}

/// The service that waited for input is taken back: the place is in front of its `out`, and the
/// guest waits again when it goes on.
Stop Execution::leave_wait() {
    static_cast<void>(points_.take());
    if (debuggee_.timeline != nullptr && debuggee_.timeline->step_back()) {
        debuggee_.timeline->forget_future();
    }
    return interrupted();
}

Stop Execution::interrupted() const {
    return debuggee_.interrupted()
               ? Stop{.reason = Stop::Reason::host_stop}
               : Stop{.reason = Stop::Reason::interrupted, .signal = signal_number::interrupt};
}

/// A run that failed is shown as it stands before it is over.
Stop Execution::ended(guest::StopReason reason) {
    const bool failed = reason.kind != guest::StopKind::guest_exit;
    Stop stop;
    stop.text = reason.message;
    end_ = std::move(reason);
    if (failed && !std::exchange(told_failure_, true)) {
        stop.reason = Stop::Reason::failed;
        stop.signal = signal_number::abort;
    } else {
        stop.reason = Stop::Reason::ended;
    }
    return stop;
}

guest::StopReason Execution::run_to_end() {
    if (end_) {
        return *end_;
    }
    if (debuggee_.console != nullptr) {
        debuggee_.console->attend_nobody();
    }
    points_.clear();
    points_.begin(StopPoints::Way::forward);
    for (;;) {
        guest::StopReason reason = go(debuggee_.limits);
        const bool ours = points_.take().has_value() && !debuggee_.interrupted();
        if (!ours) {
            return reason;
        }
    }
}

}  // namespace ringside::gdb
