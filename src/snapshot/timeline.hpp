// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "guest/machine.hpp"

namespace ringside {
class Archive;
}

namespace ringside::snapshot {

/// A point of a run, between two steps: the counter, and how many steps ended since it first showed
/// that. Most steps take time, so that `step` is nearly always 0. The same on every host, at every
/// block size, and however the point was reached.
struct Position {
    std::uint64_t tick = 0;  ///< Cpu::clock
    std::uint64_t step = 0;

    friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

/// Everything that takes part in a run, as one: what a timeline goes to and fro on.
class Subject {
  public:
    Subject() = default;
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    virtual ~Subject() = default;

    [[nodiscard]] virtual guest::Machine& machine() = 0;
    /// As Machine::run; StopKind::paused and StopKind::observer may be continued.
    virtual guest::StopReason run(const guest::Limits& limits) = 0;
    /// Saves or loads all on which the rest of the run depends. What the run did to the host is
    /// not among it: a journal sees to it that nothing is done twice (host::Journal).
    virtual void persist(Archive& archive) = 0;
    /// What the journal kept of the time behind this place is no longer what will come.
    virtual void forget_future() = 0;
};

/// Where a run backwards ended.
struct BackStop {
    enum class Kind : std::uint8_t {
        observer,   ///< an observer stops the run here
        beginning,  ///< no observer did since where the timeline begins
        given_up,   ///< somewhere between, because the caller wanted no more
    };
    Kind kind{};
    Position at;
};

struct TimelineOptions {
    /// Guest clocks between checkpoints at first; more as the run gets longer.
    std::uint64_t spacing = 2'000'000;
    /// How many checkpoints are kept at most: the first always, else the more the nearer.
    std::size_t checkpoints = 64;
};

/// A run that can go back. It goes forward as ever and leaves checkpoints in memory; to go back is
/// to load one and run again from there, exactly as the first time. What the guest does to the
/// world outside is not done again then: outputs are dropped and inputs come from a journal, until
/// the run is back where it had come to. Then it goes on for the first time.
///
/// Observers hear nothing while the timeline only looks for a place (seek, step_back, position); in
/// run_back they hear everything again, some of it more than once, and may ask replaying().
///
/// All calls are made between runs, never by an observer. Forward runs have to go through run() and
/// step(), not through the machine: the timeline would not know of them.
class Timeline {
  public:
    /// Begins where the subject is now. It must have booted, and live longer.
    explicit Timeline(Subject& subject, const TimelineOptions& options = {});
    ~Timeline();
    Timeline(const Timeline&) = delete;
    Timeline& operator=(const Timeline&) = delete;

    /// Runs on as Subject::run does, from wherever the subject is. A probe at which an observer has
    /// just stopped the run is not told of again. A run that has ended for good is not run again:
    /// its last answer comes again.
    guest::StopReason run(const guest::Limits& limits = {});
    /// One step: an instruction, or in its place the delivery of the interrupt or exception that is
    /// due. Of a repeated string instruction, all that no event interrupts. StopKind::paused, or
    /// what else ended the run. Probes at the instruction itself are not told of it.
    guest::StopReason step();

    /// Where the subject is.
    [[nodiscard]] Position position();
    /// Where the timeline begins; nothing before can be reached.
    [[nodiscard]] Position begin() const;
    /// How far the run has ever come.
    [[nodiscard]] Position end();
    /// Before end(): what runs now has run before.
    [[nodiscard]] bool replaying() const;
    /// It only looks for a place now: who observes services is to ignore what it is told.
    [[nodiscard]] bool looking() const;

    /// Goes to a position between begin() and end(), both included. False, and nothing moves, for
    /// any other. A position that the run passed over (its tick fell within an instruction) is the
    /// next one that there is.
    bool seek(Position to);
    /// To the boundary before; false, and nothing moves, at begin().
    bool step_back();
    /// Backwards to the last place at which an observer asks for a stop (Machine::stop), else to
    /// begin(). That is a place before this one, or this one when the stop comes behind the
    /// instruction that led here (CpuObserver::accessed): then step_back() leads in front of it,
    /// and another run_back() does not meet it again. `given_up` is asked between checkpoints.
    BackStop run_back(const std::function<bool()>& given_up = {});

    /// Somebody other than the guest changed registers or memory: what was is not what led here,
    /// and what came behind will not come. The timeline begins anew, here. What was written to
    /// files and streams stays written.
    void changed();

    /// Somebody other than the guest ended what it did behind this place: it has yet to do that.
    /// The run goes on from here for the first time; what led here stays.
    void forget_future();

    /// Bytes that checkpoints take, pages that several share counted once.
    [[nodiscard]] std::size_t bytes() const;

  private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace ringside::snapshot
