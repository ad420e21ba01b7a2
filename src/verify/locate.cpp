// SPDX-License-Identifier: MIT
#include "verify/locate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "cpu/decode/decoder.hpp"
#include "verify/memory.hpp"
#include "verify/processor_state.hpp"

namespace ringside::verify {
namespace {

constexpr std::uint64_t pauses_per_round = 32;
/// Clocks that are searched instruction by instruction, and how many more beyond them: near a pause
/// instructions run alone, and a fault that only a longer block has would not show.
constexpr std::uint64_t walked_clocks = 128;
constexpr std::uint64_t clocks_beyond = 512;
constexpr std::size_t most_steps = 4096;
constexpr std::size_t most_lines = 8;

/// One run that is led from pause to pause.
class Led {
  public:
    Led(const MakeSubject& make, const Way& way, const guest::Limits& limits)
        : way_(way), limits_(limits), subject_(make(way)) {}

    /// On to the first boundary at or after a tick. False when the run is over, here or before.
    bool advance(std::uint64_t tick) { return go(tick, way_.single_steps); }
    /// On by one instruction.
    bool step() { return go(cpu().clock + 1, true); }

    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] Subject& subject() { return *subject_; }
    [[nodiscard]] cpu::Cpu& cpu() { return subject_->machine().cpu(); }
    [[nodiscard]] mmu::PhysicalMemory& memory() { return subject_->machine().memory(); }
    [[nodiscard]] std::uint64_t ticks_per_clock() {
        return cpu::traits(cpu().model).ticks_per_clock;
    }

  private:
    bool go(std::uint64_t tick, bool single_steps) {
        while (!over_ && cpu().clock < tick) {
            guest::Limits limits = limits_;
            limits.pause_at = tick;
            limits.single_steps = single_steps;
            const guest::StopKind kind = subject_->run(limits).kind;
            if (kind == guest::StopKind::observer) {
                return false;
            }
            over_ = kind != guest::StopKind::paused;
        }
        return !over_;
    }

    Way way_;
    guest::Limits limits_;
    std::unique_ptr<Subject> subject_;
    bool over_ = false;
};

struct Pair {
    Led first;
    Led second;

    bool advance(std::uint64_t tick) {
        const bool one = first.advance(tick);
        const bool other = second.advance(tick);
        return one || other;
    }
    [[nodiscard]] bool differ() {
        return first.over() != second.over() ||
               ProcessorState(first.cpu()) != ProcessorState(second.cpu()) ||
               first_difference(first.memory(), second.memory());
    }
};

/// Writes down every instruction at some addresses that is about to run while it lives.
class Recorder : public cpu::CpuObserver {
  public:
    Recorder(Led& run, std::set<std::uint32_t> addresses) : run_(run) {
        run_.subject().machine().observers().add(*this, std::move(addresses));
    }
    ~Recorder() override { run_.subject().machine().observers().remove(*this); }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress at) override { steps.push_back(at); }

    std::vector<LinearAddress> steps;

  private:
    Led& run_;
};

/// Stops a run before an instruction, `skipped` runs of it later. Only this one instruction begins
/// a block because it is watched: what stands before it runs as ever.
class StopBefore : public cpu::CpuObserver {
  public:
    StopBefore(Led& run, LinearAddress at, std::size_t skipped) : run_(run), left_(skipped + 1) {
        run_.subject().machine().observers().add(*this, {at.value});
    }
    ~StopBefore() override { run_.subject().machine().observers().remove(*this); }
    StopBefore(const StopBefore&) = delete;
    StopBefore& operator=(const StopBefore&) = delete;

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {
        if (--left_ == 0) {
            run_.subject().machine().stop();
        }
    }

  private:
    Led& run_;
    std::size_t left_;
};

class Search {
  public:
    Search(const MakeSubject& make, Way first, Way second, std::uint64_t end_tick,
           guest::Limits limits)
        : make_(make),
          first_(std::move(first)),
          second_(std::move(second)),
          limits_(std::move(limits)),
          from_(0),
          to_(end_tick) {}

    Place find() {
        while (narrow()) {
        }
        return walk();
    }

  private:
    [[nodiscard]] Pair pair_at(std::uint64_t tick) const {
        Pair pair{Led(make_, first_, limits_), Led(make_, second_, limits_)};
        pair.advance(tick);
        return pair;
    }

    /// One round of pauses between two clocks. False when it cannot or need not be closer.
    bool narrow() {
        Pair pair = pair_at(from_);
        if (to_ - from_ <= walked_clocks * pair.first.ticks_per_clock()) {
            return false;
        }
        const std::uint64_t step = (to_ - from_ + pauses_per_round - 1) / pauses_per_round;
        for (std::uint64_t tick = from_ + step;; tick += step) {
            const bool goes_on = pair.advance(tick);
            if (pair.differ()) {
                const bool closer = tick - step != from_ || tick < to_;
                from_ = tick - step;
                to_ = std::min(to_, tick);
                return closer;
            }
            if (!goes_on || tick >= to_) {
                return false;  // the pauses hid it
            }
        }
    }

    Place walk() {
        Place place;
        place.from_tick = from_;
        place.to_tick = to_;
        const std::vector<LinearAddress> steps = steps_from_here();
        // The first step before which the two differ.
        std::size_t low = 0;
        std::size_t high = steps.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (before_step(steps, middle).differ()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low == 0 || low == steps.size()) {
            return place;
        }
        Pair culprit = before_step(steps, low - 1);
        place.exact = true;
        place.from_tick = culprit.first.cpu().clock;
        describe(steps[low - 1], culprit.first, place);
        Pair behind = before_step(steps, low);
        place.differences = ProcessorState(behind.first.cpu())
                                .differences(ProcessorState(behind.second.cpu()), most_lines);
        if (const auto byte = first_difference(behind.first.memory(), behind.second.memory())) {
            place.differences.push_back(fmt::format("memory at {} {:02X}, here {:02X}", byte->at,
                                                    byte->first, byte->second));
        }
        return place;
    }

    /// The instructions that run from `from_` to somewhat beyond `to_`, in their order.
    std::vector<LinearAddress> steps_from_here() {
        const Way stepping{"", 1, true, false};
        std::set<std::uint32_t> addresses;
        Led scout(make_, stepping, limits_);
        scout.advance(from_);
        until_ = to_ + clocks_beyond * scout.ticks_per_clock();
        for (std::size_t steps = 0; steps < most_steps && scout.cpu().clock < until_; ++steps) {
            const cpu::Cpu& cpu = scout.cpu();
            addresses.insert(cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip);
            if (!scout.step()) {
                break;
            }
        }
        // A boundary at which an interrupt was taken is no instruction: count those that begin.
        Led recorded(make_, stepping, limits_);
        recorded.advance(from_);
        Recorder recorder(recorded, std::move(addresses));
        recorded.advance(until_);
        return recorder.steps;
    }

    [[nodiscard]] Pair before_step(const std::vector<LinearAddress>& steps,
                                   std::size_t index) const {
        Pair pair = pair_at(from_);
        const auto skipped = static_cast<std::size_t>(std::count(
            steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(index), steps[index]));
        StopBefore first(pair.first, steps[index], skipped);
        StopBefore second(pair.second, steps[index], skipped);
        pair.advance(until_);
        return pair;
    }

    static void describe(LinearAddress at, Led& run, Place& place) {
        place.at = run.subject().personality().symbols().describe(at);
        std::array<std::byte, 15> bytes{};
        std::size_t read = 0;
        while (read < bytes.size() &&
               run.subject().machine().peek(at + static_cast<std::uint32_t>(read),
                                            std::span(bytes).subspan(read, 1))) {
            ++read;
        }
        const cpu::Segment& cs = run.cpu().segment(cpu::SegmentRegister::cs);
        place.eip = at.value - cs.base;
        place.instruction =
            cpu::disassemble(std::span(bytes).first(read), cs.is_32bit(), place.eip);
    }

    const MakeSubject& make_;
    Way first_;
    Way second_;
    guest::Limits limits_;
    std::uint64_t from_;  ///< where the two are equal
    std::uint64_t to_;    ///< where they differ
    std::uint64_t until_ = 0;
};

}  // namespace

Place locate(const MakeSubject& make, const Way& first, const Way& second, std::uint64_t end_tick,
             const guest::Limits& limits) {
    return Search(make, first, second, end_tick, limits).find();
}

}  // namespace ringside::verify
