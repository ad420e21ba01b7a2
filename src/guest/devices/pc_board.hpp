// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cpu/cpu.hpp"
#include "guest/devices/guest_time.hpp"
#include "guest/devices/keyboard_controller.hpp"
#include "guest/devices/pic_pair.hpp"
#include "guest/devices/pit.hpp"
#include "guest/devices/ports.hpp"

namespace ringside::guest {

/// The devices of a PC that interrupt or that starting programs need, on guest time. An interrupt
/// is due at the first instruction boundary at or after the tick that raises its line.
class PcBoard {
  public:
    /// `counter_frequency`: ticks of the processor's counter in a second.
    explicit PcBoard(std::uint64_t counter_frequency);
    PcBoard(const PcBoard&) = delete;
    PcBoard& operator=(const PcBoard&) = delete;

    [[nodiscard]] PortTable& ports() { return ports_; }
    /// The state in which a PC's firmware hands over; without it, that after power-on.
    void start();
    /// A request on `line` at `tick` of the counter, held until it is acknowledged.
    void schedule(unsigned line, std::uint64_t tick);

    [[nodiscard]] std::uint32_t in(cpu::Cpu& cpu, std::uint16_t port, unsigned size);
    std::optional<StopReason> out(cpu::Cpu& cpu, std::uint16_t port, unsigned size,
                                  std::uint32_t value);

    /// The counter value at which update() wants to be called.
    [[nodiscard]] std::optional<std::uint64_t> next_event() const;
    /// Brings the devices to the processor's clock and offers it what they request.
    void update(cpu::Cpu& cpu);
    /// The processor halts: from now until the next update() only what will interrupt is an event.
    /// False when nothing will.
    [[nodiscard]] bool sleep(cpu::Cpu& cpu);
    void persist(Archive& archive);

  private:
    struct Scheduled {
        std::uint64_t tick;
        unsigned line;
    };

    void settle(cpu::Cpu& cpu);
    void notice_acknowledge(const cpu::Cpu& cpu);
    void run_timer(std::uint64_t counter);
    void raise_due(std::uint64_t counter);
    void offer(cpu::Cpu& cpu);
    [[nodiscard]] std::optional<std::uint64_t> next_timer_event() const;

    PortTable ports_;
    PicPair pics_;
    Pit pit_;
    KeyboardController keyboard_;
    CrystalTime time_;
    std::vector<Scheduled> scheduled_;  // by tick
    bool offered_ = false;              ///< cpu.pending_interrupt is ours
    bool more_behind_ = false;          ///< and another request follows as soon as it is taken
    std::uint64_t looked_at_ = 0;
    bool asleep_ = false;
};

}  // namespace ringside::guest
