// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "cpu/cpu.hpp"
#include "engine/engine.hpp"
#include "guest/observers.hpp"
#include "guest/personality.hpp"
#include "mmu/mmu.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::guest {

struct MachineConfig {
    cpu::Model model = cpu::Model::p6;
    std::uint64_t memory_bytes = std::uint64_t{512} << 20;
    std::optional<std::uint32_t> mhz;  ///< default: the model's
    std::uint32_t block_limit = 64;    ///< instructions to a block; results never depend on it
    cpu::timing::Level timing = cpu::timing::Level::table;
    std::uint32_t wait_states = 0;  ///< of the bus, at the level `memory`
};

struct Limits {
    std::optional<std::uint64_t> max_cycles = std::nullopt;
    std::optional<std::chrono::milliseconds> timeout = std::nullopt;
    /// Come back with StopKind::paused at the first instruction boundary at or after this tick.
    /// Unlike the end at `max_cycles` it changes nothing for the guest when the run goes on.
    std::optional<std::uint64_t> pause_at = std::nullopt;
    /// Come back with StopKind::paused after one instruction, or after the delivery of an interrupt
    /// or exception that came in its place.
    bool one_instruction = false;
    /// Enter the engine anew for every instruction; slow, and nothing else.
    bool single_steps = false;
};

/// Memory, MMU, CPU and engine of one computer, and the loop that runs a personality on it.
class Machine {
  public:
    explicit Machine(const MachineConfig& config);
    ~Machine();

    [[nodiscard]] mmu::PhysicalMemory& memory() { return memory_; }
    [[nodiscard]] mmu::Mmu& mmu() { return mmu_; }
    [[nodiscard]] cpu::Cpu& cpu() { return cpu_; }
    [[nodiscard]] const cpu::Cpu& cpu() const { return cpu_; }
    [[nodiscard]] std::uint32_t mhz() const { return mhz_; }

    /// Ticks of the counter in `nanoseconds` of guest time.
    [[nodiscard]] std::uint64_t ticks_of(std::chrono::nanoseconds time) const;

    /// Runs until the program ends or a limit is met. A run may be continued.
    StopReason run(Personality& personality, const Limits& limits = {});
    /// Makes run() return StopKind::interrupted soon; may be called from a signal handler.
    void interrupt() { interrupted_.store(true, std::memory_order_relaxed); }
    /// For observers: run() returns StopKind::observer at the boundary that is being told of.
    void stop() { cpu_.exit.kind = cpu::ExitKind::debug_stop; }
    [[nodiscard]] Observers& observers() { return observers_; }
    /// Ticks that were skipped because nothing ran.
    [[nodiscard]] std::uint64_t idle_ticks() const { return idle_ticks_; }

    /// Time that passes inside a service's body (`--service-clocks`), which the host runs.
    void spend_in_service(std::uint64_t ticks) {
        cpu_.clock += ticks;
        service_ticks_ += ticks;
    }
    [[nodiscard]] std::uint64_t service_ticks() const { return service_ticks_; }

    /// Saves or loads memory, MMU, CPU and counters, between runs. Throws DamagedArchive.
    void persist(Archive& archive);

    /// Reads guest memory by linear address as the kernel would, without side effects. False when
    /// a page is missing.
    [[nodiscard]] bool peek(LinearAddress from, std::span<std::byte> to) const;
    template <typename T>
    [[nodiscard]] std::optional<T> peek(LinearAddress from) const {
        T value{};
        if (!peek(from, std::as_writable_bytes(std::span(&value, 1)))) {
            return std::nullopt;
        }
        return value;
    }

  private:
    std::optional<StopReason> handle(Personality& personality, const engine::Exit& exit);

    mmu::PhysicalMemory memory_;
    mmu::Mmu mmu_;
    cpu::Cpu cpu_;
    Observers observers_;
    std::unique_ptr<engine::Engine> engine_;
    std::uint32_t mhz_;
    std::uint64_t idle_ticks_ = 0;
    std::uint64_t service_ticks_ = 0;
    std::atomic<bool> interrupted_ = false;
};

}  // namespace ringside::guest
