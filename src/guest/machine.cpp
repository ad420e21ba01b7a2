// SPDX-License-Identifier: MIT
#include "guest/machine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/archive.hpp"
#include "cpu/decode/block.hpp"
#include "engine/interpreter.hpp"

namespace ringside::guest {
namespace {

/// How many ticks run between looks at the host's clock and at a request to stop.
constexpr std::uint64_t slice_ticks = 200'000'000;

/// Marks a run that is to end after one instruction.
class Stepping {
  public:
    Stepping(cpu::Cpu& cpu, bool steps) : cpu_(steps ? &cpu : nullptr) {
        if (cpu_ != nullptr) {
            cpu_->set_stepping(true);
        }
    }
    Stepping(const Stepping&) = delete;
    Stepping& operator=(const Stepping&) = delete;
    ~Stepping() {
        if (cpu_ != nullptr) {
            cpu_->set_stepping(false);
        }
    }

  private:
    cpu::Cpu* cpu_;
};

StopReason stopped_by_observer() {
    return {StopKind::observer, 0, "stopped by an observer", {}};
}

}  // namespace

int StopReason::exit_status() const {
    switch (kind) {
        case StopKind::guest_exit: return static_cast<int>(status & 0xFF);
        case StopKind::guest_failure: return 120;
        case StopKind::deadlock: return 123;
        case StopKind::cycle_limit:
        case StopKind::time_limit: return 124;
        case StopKind::not_built: return 125;
        case StopKind::not_executable: return 126;
        case StopKind::interrupted: return 130;
        case StopKind::observer:
        case StopKind::paused: return 125;
    }
    return 125;
}

Machine::Machine(const MachineConfig& config)
    : memory_(config.memory_bytes),
      mmu_(memory_),
      cpu_(config.model, mmu_, config.timing, config.wait_states),
      observers_(cpu_),
      engine_(std::make_unique<engine::InterpreterEngine>(cpu_)),
      mhz_(config.mhz.value_or(cpu::traits(config.model).default_mhz)) {
    cpu_.blocks->set_block_limit(config.block_limit);
}

Machine::~Machine() = default;

std::uint64_t Machine::ticks_of(std::chrono::nanoseconds time) const {
    const auto per_clock = cpu::traits(cpu_.model).ticks_per_clock;
    // MHz clocks to the microsecond; 128 bits, since thousandths overflow after hours.
    __extension__ using Wide = unsigned __int128;
    const auto ticks = static_cast<Wide>(time.count()) * mhz_ * per_clock / 1000;
    return static_cast<std::uint64_t>(ticks);
}

StopReason Machine::run(Personality& personality, const Limits& limits) {
    using clock = std::chrono::steady_clock;
    const auto give_up = limits.timeout ? clock::now() + *limits.timeout : clock::time_point::max();
    const std::uint64_t ticks_per_clock = cpu::traits(cpu_.model).ticks_per_clock;
    const std::uint64_t last_tick =
        limits.max_cycles && *limits.max_cycles < UINT64_MAX / ticks_per_clock
            ? *limits.max_cycles * ticks_per_clock
            : UINT64_MAX;
    const std::uint64_t pause_at = limits.pause_at.value_or(UINT64_MAX);
    bool stepping = limits.single_steps;
    const Stepping one(cpu_, limits.one_instruction);
    for (;;) {
        // Looked at first: a system call comes by here, and an exchange locks the bus.
        if (interrupted_.load(std::memory_order_relaxed) &&
            interrupted_.exchange(false, std::memory_order_relaxed)) {
            return {StopKind::interrupted, 0, "interrupted", {}};
        }
        if (cpu_.clock >= last_tick) {
            return {StopKind::cycle_limit,
                    0,
                    fmt::format("clock limit reached after {} clocks at {}; raise --max-cycles",
                                cpu_.cycles().value,
                                personality.symbols().describe(LinearAddress{
                                    cpu_.segment(cpu::SegmentRegister::cs).base + cpu_.eip})),
                    {}};
        }
        if (limits.timeout && clock::now() >= give_up) {
            return {StopKind::time_limit,
                    0,
                    fmt::format("time limit of {} ms reached after {} clocks; raise --timeout",
                                limits.timeout->count(), cpu_.cycles().value),
                    {}};
        }
        if (cpu_.clock >= pause_at) {
            return {StopKind::paused, 0, {}, {}};
        }
        const std::uint64_t event = personality.next_event().value_or(UINT64_MAX);
        if (cpu_.clock >= event) {
            personality.on_event(*this);
            continue;
        }
        const std::uint64_t until = std::min(event, last_tick);
        const std::uint64_t pause =
            std::min(cpu_.clock + (stepping ? std::uint64_t{1} : slice_ticks), pause_at);
        const engine::Exit exit = engine_->run(until, pause);
        if (exit.kind == engine::ExitKind::budget_spent && pause == pause_at &&
            cpu_.clock < until) {
            stepping = true;  // the next block would run past the pause
        }
        if (auto stop = handle(personality, exit)) {
            return *std::move(stop);
        }
        if (limits.one_instruction) {
            return {StopKind::paused, 0, {}, {}};
        }
    }
}

std::optional<StopReason> Machine::handle(Personality& personality, const engine::Exit& exit) {
    switch (exit.kind) {
        case engine::ExitKind::none:
        case engine::ExitKind::budget_spent: return std::nullopt;
        case engine::ExitKind::port_io:
            if (auto stop = personality.port_io(*this, exit)) {
                return stop;
            }
            // Who watches services may stop the run there, as others do at instructions.
            return cpu_.exit.kind == engine::ExitKind::debug_stop
                       ? std::optional(stopped_by_observer())
                       : std::nullopt;
        case engine::ExitKind::halted:
            if (auto stop = personality.halted(*this)) {
                return stop;
            }
            if (cpu_.pending_interrupt) {
                return std::nullopt;  // it came before the HLT and ends it at once
            }
            if (const auto event = personality.next_event(); event && *event > cpu_.clock) {
                idle_ticks_ += *event - cpu_.clock;
                cpu_.clock = *event;
            }
            return std::nullopt;
        case engine::ExitKind::shutdown: return personality.shutdown(*this);
        case engine::ExitKind::debug_stop: return stopped_by_observer();
    }
    return std::nullopt;
}

void Machine::persist(Archive& archive) {
    if (archive.loading()) {
        cpu_.drop_blocks();
    }
    memory_.persist(archive);
    mmu_.persist(archive);
    cpu_.persist(archive);
    persist_all(archive, idle_ticks_, service_ticks_);
}

bool Machine::peek(LinearAddress from, std::span<std::byte> to) const {
    for (std::size_t done = 0; done < to.size();) {
        const LinearAddress at = from + static_cast<std::uint32_t>(done);
        const auto physical = mmu_.translate(at, mmu::Access::read, mmu::Privilege::supervisor);
        if (!physical) {
            return false;
        }
        const std::size_t step =
            std::min<std::size_t>(to.size() - done, page_size - page_offset(at));
        memory_.read_bytes(*physical, to.subspan(done, step));
        done += step;
    }
    return true;
}

}  // namespace ringside::guest
