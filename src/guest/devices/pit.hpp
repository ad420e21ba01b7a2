// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "guest/devices/pit_counter.hpp"
#include "guest/devices/ports.hpp"

namespace ringside::guest {

/// The 8254 interval timer of a PC at ports 40h to 43h, and port 61h, which opens counter 2 and
/// shows its OUT. Counter 0 drives IRQ 0; CLK is 1.193182 MHz.
class Pit : public PortDevice {
  public:
    static constexpr std::uint64_t frequency = 1'193'182;

    void attach_to(PortTable& ports);
    std::uint8_t in(std::uint16_t port) override;
    std::optional<StopReason> out(std::uint16_t port, std::uint8_t value) override;

    /// The tick of CLK that accesses from now on fall into; never goes back.
    void set_now(std::uint64_t now) { now_ = now; }
    [[nodiscard]] std::uint64_t now() const { return now_; }
    [[nodiscard]] PitCounter& interrupt_counter() { return counters_[0]; }

    /// As a PC's firmware leaves it: counter 0 a square wave of 18.2 Hz, counter 1 the refresh.
    void start();
    void persist(Archive& archive);

  private:
    void control(std::uint8_t word);
    [[nodiscard]] std::uint8_t system_port();

    std::array<PitCounter, 3> counters_;
    std::uint64_t now_ = 0;
    std::uint8_t speaker_ = 0;  ///< bits 0 and 1 of port 61h
};

}  // namespace ringside::guest
