// SPDX-License-Identifier: MIT
#include "snapshot/timeline.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/archive.hpp"
#include "base/ensure.hpp"

namespace ringside::snapshot {
namespace {

struct Checkpoint {
    Position at;
    std::vector<std::byte> bytes;
    std::vector<std::shared_ptr<const void>> carried;
};

/// While it lives, observers are told nothing.
class Quiet {
  public:
    Quiet(guest::Machine& machine, bool& quiet) : observers_(machine.observers()), quiet_(quiet) {
        observers_.set_deaf(true);
        quiet_ = true;
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet() {
        observers_.set_deaf(false);
        quiet_ = false;
    }

  private:
    guest::Observers& observers_;
    bool& quiet_;
};

/// What tells two boundaries of one tick apart: between them an instruction ran.
struct Signature {
    cpu::ExecutionPoint point;
    std::array<std::uint32_t, 8> registers{};

    explicit Signature(const cpu::Cpu& cpu) : point(cpu.point()) {
        for (unsigned r = 0; r < registers.size(); ++r) {
            registers[r] = cpu.registers[static_cast<cpu::GeneralRegister>(r)];
        }
    }
    [[nodiscard]] bool matches(const Signature& other) const {
        return registers == other.registers && point.cs == other.point.cs &&
               point.eip == other.point.eip && point.ss == other.point.ss &&
               point.esp == other.point.esp && point.ring == other.point.ring &&
               point.eflags == other.point.eflags;
    }
};

bool may_go_on(guest::StopKind kind) {
    switch (kind) {
        case guest::StopKind::observer:
        case guest::StopKind::paused:
        case guest::StopKind::cycle_limit:
        case guest::StopKind::time_limit:
        case guest::StopKind::interrupted: return true;
        case guest::StopKind::guest_exit:
        case guest::StopKind::guest_failure:
        case guest::StopKind::deadlock:
        case guest::StopKind::not_built:
        case guest::StopKind::not_executable: break;
    }
    return false;
}

}  // namespace

class Timeline::Implementation {
  public:
    Implementation(Subject& subject, const TimelineOptions& options)
        : subject_(subject),
          options_(options),
          ticks_per_clock_(cpu::traits(subject.machine().cpu().model).ticks_per_clock) {
        begin_anew();
    }

    guest::StopReason run(guest::Limits limits);
    guest::StopReason step();
    Position position();
    [[nodiscard]] Position begin() const { return checkpoints_.front().at; }
    Position end() { return live_ ? position() : end_; }
    [[nodiscard]] bool replaying() const { return !live_ && tick() <= end_.tick; }
    [[nodiscard]] bool looking() const { return looking_; }
    bool seek(Position to);
    bool step_back();
    BackStop run_back(const std::function<bool()>& given_up);
    void changed() {
        subject_.forget_future();
        begin_anew();
    }
    void forget_future();
    [[nodiscard]] std::size_t bytes() const;

  private:
    [[nodiscard]] cpu::Cpu& cpu() const { return subject_.machine().cpu(); }
    [[nodiscard]] std::uint64_t tick() const { return cpu().clock; }

    void begin_anew();
    [[nodiscard]] Checkpoint save() const;
    void load(const Checkpoint& checkpoint);
    void keep_checkpoint();
    void thin_out();
    [[nodiscard]] std::uint64_t spacing() const;
    [[nodiscard]] std::size_t last_at_or_before(Position to) const;
    void leave_present();
    guest::StopReason go(const guest::Limits& limits);
    void arrive(const guest::StopReason& stop);
    void run_to_tick(std::uint64_t target);
    void go_forward_to(Position to);
    void go_shortly_before(Position here);
    std::uint64_t count_stops(Position until, std::uint64_t most);

    Subject& subject_;
    TimelineOptions options_;
    std::uint64_t ticks_per_clock_;
    std::vector<Checkpoint> checkpoints_;  ///< by position
    Position now_;
    bool known_ = true;  ///< now_ is where the subject is
    bool live_ = true;   ///< nothing behind this was ever run
    Position end_;       ///< how far the run came, unless live_
    bool looking_ = false;
    bool told_ = false;                       ///< an observer stopped the run here
    std::optional<guest::StopReason> ended_;  ///< how the run ended, at its end
};

void Timeline::Implementation::begin_anew() {
    now_ = {tick(), 0};
    known_ = true;
    live_ = true;
    ended_.reset();
    checkpoints_.clear();
    checkpoints_.push_back(save());
}

Checkpoint Timeline::Implementation::save() const {
    Archive archive;
    archive.set_in_memory(true);
    subject_.persist(archive);
    return {now_, std::move(archive.written()), std::move(archive.carried())};
}

void Timeline::Implementation::load(const Checkpoint& checkpoint) {
    Archive archive(checkpoint.bytes, checkpoint.carried);
    archive.set_in_memory(true);
    subject_.persist(archive);
    ensure(archive.at_end(), "a checkpoint is loaded as it was saved");
    now_ = checkpoint.at;
    known_ = true;
    live_ = false;
    told_ = false;
}

std::uint64_t Timeline::Implementation::spacing() const {
    constexpr std::uint64_t share = 256;
    return std::max(options_.spacing * ticks_per_clock_, (tick() - begin().tick) / share);
}

std::size_t Timeline::Implementation::last_at_or_before(Position to) const {
    const auto behind = std::upper_bound(
        checkpoints_.begin(), checkpoints_.end(), to,
        [](Position wanted, const Checkpoint& other) { return wanted < other.at; });
    return static_cast<std::size_t>(behind - checkpoints_.begin()) - 1;
}

void Timeline::Implementation::keep_checkpoint() {
    const std::size_t before = last_at_or_before(now_);
    if (checkpoints_[before].at == now_) {
        return;
    }
    checkpoints_.insert(checkpoints_.begin() + static_cast<std::ptrdiff_t>(before) + 1, save());
    thin_out();
}

/// Forgets the checkpoint that is missed least: where the gap it leaves is small beside its
/// distance from here.
void Timeline::Implementation::thin_out() {
    while (checkpoints_.size() > std::max<std::size_t>(options_.checkpoints, 3)) {
        std::size_t least = 1;
        double least_missed = 0;
        for (std::size_t i = 1; i < checkpoints_.size(); ++i) {
            const std::uint64_t at = checkpoints_[i].at.tick;
            const bool last = i + 1 == checkpoints_.size();
            const std::uint64_t next = last ? at + spacing() : checkpoints_[i + 1].at.tick;
            const std::uint64_t distance = at < now_.tick ? now_.tick - at : at - now_.tick;
            const double missed = static_cast<double>(next - checkpoints_[i - 1].at.tick) /
                                  static_cast<double>(distance + spacing());
            if (i == 1 || missed < least_missed) {
                least = i;
                least_missed = missed;
            }
        }
        checkpoints_.erase(checkpoints_.begin() + static_cast<std::ptrdiff_t>(least));
    }
}

/// Before the subject is taken elsewhere: how far it has come must be known then.
void Timeline::Implementation::leave_present() {
    if (live_) {
        end_ = position();
        live_ = false;
    }
}

/// Runs the subject, and keeps account of where that leads.
guest::StopReason Timeline::Implementation::go(const guest::Limits& limits) {
    const std::uint64_t before = tick();
    if (std::exchange(told_, false)) {
        const cpu::Segment& cs = cpu().segment(cpu::SegmentRegister::cs);
        subject_.machine().observers().pass_probe(LinearAddress{cs.base + cpu().eip});
    }
    guest::StopReason stop = subject_.run(limits);
    if (limits.one_instruction && stop.kind == guest::StopKind::paused) {
        now_ = tick() == before ? Position{before, now_.step + 1} : Position{tick(), 0};
    } else if (stop.kind != guest::StopKind::paused || tick() != before) {
        // A pause comes at the first boundary of its tick; of other stops nobody knows.
        known_ = stop.kind == guest::StopKind::paused;
        now_ = {tick(), 0};
    }
    arrive(stop);
    return stop;
}

void Timeline::Implementation::arrive(const guest::StopReason& stop) {
    if (!may_go_on(stop.kind)) {
        ended_ = stop;
        live_ = true;
    } else if (!live_) {
        live_ = tick() > end_.tick || (tick() == end_.tick && known_ && now_ >= end_);
    }
    // Stopped by a probe, in front of its instruction, and not behind another one.
    told_ = stop.kind == guest::StopKind::observer && cpu().held;
}

guest::StopReason Timeline::Implementation::run(guest::Limits limits) {
    using clock = std::chrono::steady_clock;
    const auto started = clock::now();
    const auto timeout = limits.timeout;
    const std::uint64_t pause_at = limits.pause_at.value_or(UINT64_MAX);
    if (limits.one_instruction) {
        return step();
    }
    if (live_ && ended_) {
        return *ended_;
    }
    for (;;) {
        if (timeout) {
            limits.timeout = std::max(
                *timeout -
                    std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - started),
                std::chrono::milliseconds{0});
        }
        const std::uint64_t last = checkpoints_[last_at_or_before({tick(), UINT64_MAX})].at.tick;
        const std::uint64_t next = std::max(last + spacing(), tick() + 1);
        limits.pause_at = std::min(pause_at, next);
        guest::StopReason stop = go(limits);
        if (stop.kind != guest::StopKind::paused) {
            return stop;
        }
        if (known_ && tick() >= next) {
            keep_checkpoint();
        }
        if (tick() >= pause_at) {
            return stop;
        }
    }
}

guest::StopReason Timeline::Implementation::step() {
    if (live_ && ended_) {
        return *ended_;
    }
    return go({.one_instruction = true});
}

Position Timeline::Implementation::position() {
    if (known_) {
        return now_;
    }
    const Signature here(cpu());
    const std::uint64_t at = tick();
    const bool live = live_;
    const bool told = told_;
    if (live) {
        end_ = {at, UINT64_MAX};  // until it is known
    }
    const std::size_t from = at == begin().tick ? 0 : last_at_or_before({at - 1, UINT64_MAX});
    const Quiet quiet(subject_.machine(), looking_);
    load(checkpoints_[from]);
    run_to_tick(at);
    while (tick() == at && !here.matches(Signature(cpu()))) {
        static_cast<void>(go({.one_instruction = true}));
    }
    ensure(tick() == at, "a run comes by again where it has been");
    live_ = live;
    told_ = told;
    return now_;
}

/// To the first boundary at or behind that tick; leaves a checkpoint on the way when it is long.
void Timeline::Implementation::run_to_tick(std::uint64_t target) {
    if (tick() < target && target - tick() > 2 * spacing()) {
        static_cast<void>(go({.pause_at = target - spacing()}));
        if (known_) {
            keep_checkpoint();
        }
    }
    while (tick() < target && may_go_on(go({.pause_at = target}).kind)) {
    }
    known_ = true;
}

void Timeline::Implementation::go_forward_to(Position to) {
    const Quiet quiet(subject_.machine(), looking_);
    run_to_tick(to.tick);
    while (now_ < to) {
        if (!may_go_on(go({.one_instruction = true}).kind)) {
            now_ = to;  // the end, which comes within the last instruction
            known_ = true;
        }
    }
}

bool Timeline::Implementation::seek(Position to) {
    leave_present();
    if (to < begin() || end_ < to) {
        live_ = known_ && now_ >= end_;
        return false;
    }
    const Checkpoint& nearest = checkpoints_[last_at_or_before(to)];
    if (!known_ || to < now_ || now_ < nearest.at) {
        load(nearest);
    }
    go_forward_to(to);
    live_ = now_ >= end_;
    return true;
}

/// Goes to a boundary before `here`, from which only few steps lead there.
void Timeline::Implementation::go_shortly_before(Position here) {
    const Position before =
        here.step != 0 ? Position{here.tick, here.step - 1} : Position{here.tick - 1, UINT64_MAX};
    for (std::uint64_t back = 500 * ticks_per_clock_;; back *= 16) {
        load(checkpoints_[last_at_or_before(before)]);
        const std::uint64_t from = here.tick - std::min(back, here.tick);
        if (from <= now_.tick) {
            return;
        }
        run_to_tick(from);
        if (now_ < here) {
            return;
        }
        // One instruction leads from before there to here.
    }
}

bool Timeline::Implementation::step_back() {
    const Position here = position();
    leave_present();
    if (here <= begin()) {
        live_ = here >= end_;
        return false;
    }
    const Quiet quiet(subject_.machine(), looking_);
    go_shortly_before(here);
    const Checkpoint start = save();
    Position before = now_;
    while (now_ < here) {
        before = now_;
        if (!may_go_on(go({.one_instruction = true}).kind)) {
            break;
        }
    }
    load(start);
    while (now_ < before) {
        static_cast<void>(go({.one_instruction = true}));
    }
    live_ = false;
    return true;
}

/// Runs from where the subject is to a position, through at most `most` stops; answers how many
/// there were. Behind the last of `most` it stays where that is.
std::uint64_t Timeline::Implementation::count_stops(Position until, std::uint64_t most) {
    std::uint64_t stops = 0;
    while (stops < most && now_ < until) {
        const bool near = tick() >= until.tick;
        const guest::StopReason stop =
            near ? go({.one_instruction = true}) : go({.pause_at = until.tick});
        stops += stop.kind == guest::StopKind::observer ? 1 : 0;
        if (!may_go_on(stop.kind)) {
            break;
        }
    }
    return stops;
}

BackStop Timeline::Implementation::run_back(const std::function<bool()>& given_up) {
    Position until = position();
    leave_present();
    for (std::size_t i = last_at_or_before(until) + 1; i-- > 0;) {
        load(checkpoints_[i]);
        if (const std::uint64_t stops = count_stops(until, UINT64_MAX); stops != 0) {
            load(checkpoints_[i]);
            static_cast<void>(count_stops(until, stops));
            live_ = false;
            return {BackStop::Kind::observer, position()};
        }
        until = checkpoints_[i].at;
        if (given_up && given_up()) {
            load(checkpoints_[i]);
            return {BackStop::Kind::given_up, until};
        }
    }
    load(checkpoints_.front());
    return {BackStop::Kind::beginning, begin()};
}

void Timeline::Implementation::forget_future() {
    const Position here = position();
    subject_.forget_future();
    std::erase_if(checkpoints_, [here](const Checkpoint& other) { return here < other.at; });
    live_ = true;
    ended_.reset();
}

std::size_t Timeline::Implementation::bytes() const {
    std::unordered_set<const void*> objects;
    std::size_t bytes = 0;
    for (const Checkpoint& checkpoint : checkpoints_) {
        bytes += checkpoint.bytes.size();
        for (const auto& object : checkpoint.carried) {
            objects.insert(object.get());
        }
    }
    return bytes + objects.size() * page_size;  // pages, nearly all of them
}

Timeline::Timeline(Subject& subject, const TimelineOptions& options)
    : implementation_(std::make_unique<Implementation>(subject, options)) {}

Timeline::~Timeline() = default;

guest::StopReason Timeline::run(const guest::Limits& limits) {
    return implementation_->run(limits);
}

guest::StopReason Timeline::step() {
    return implementation_->step();
}

Position Timeline::position() {
    return implementation_->position();
}

Position Timeline::begin() const {
    return implementation_->begin();
}

Position Timeline::end() {
    return implementation_->end();
}

bool Timeline::replaying() const {
    return implementation_->replaying();
}

bool Timeline::looking() const {
    return implementation_->looking();
}

bool Timeline::seek(Position to) {
    return implementation_->seek(to);
}

bool Timeline::step_back() {
    return implementation_->step_back();
}

BackStop Timeline::run_back(const std::function<bool()>& given_up) {
    return implementation_->run_back(given_up);
}

void Timeline::changed() {
    implementation_->changed();
}

void Timeline::forget_future() {
    implementation_->forget_future();
}

std::size_t Timeline::bytes() const {
    return implementation_->bytes();
}

}  // namespace ringside::snapshot
