// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cpu/cpu.hpp"

namespace ringside::nt {

/// A request that a device makes at a point of guest time (`--irq LINE@CLOCK`).
struct IrqRequest {
    unsigned line = 0;
    std::uint64_t clock = 0;  ///< in clocks since the machine was switched on
};

/// The sixteen interrupt request lines of a PC, as its two cascaded 8259s put them in order: 0 and
/// 1, then the second controller's 8 to 15, which arrive through line 2, then 3 to 7. Line n is
/// vector 0x30 + n. A request waits until the CPU takes it. Devices' requests on one line wait
/// behind each other and none is lost; ticks of the clock that wait merge into one.
class InterruptLines {
  public:
    static constexpr unsigned count = 16;
    static constexpr std::uint8_t first_vector = 0x30;

    /// Why no device can have the line, or nothing.
    [[nodiscard]] static std::optional<std::string_view> why_reserved(unsigned line);

    /// Raises the line at a value of the CPU's counter.
    void schedule(unsigned line, std::uint64_t tick);

    /// Notices what the CPU took, raises what is due, and the clock's line if `clock_ticks`; then
    /// offers the CPU the first in order. To be called at the boundary that next_look() names.
    void update(cpu::Cpu& cpu, bool clock_ticks);
    /// The counter value at which there is something to do here again.
    [[nodiscard]] std::optional<std::uint64_t> next_look() const;

    /// Whether a device has interrupted or will: a wait may still end.
    [[nodiscard]] bool expects_device(const cpu::Cpu& cpu) const;

    void persist(Archive& archive);

  private:
    struct Scheduled {
        std::uint64_t tick;
        unsigned line;
    };

    void notice_acknowledge(const cpu::Cpu& cpu);
    [[nodiscard]] std::optional<unsigned> first_in_order() const;

    std::vector<Scheduled> scheduled_;  ///< by tick; of equal ones as they came
    std::array<std::uint32_t, count> requests_{};
    std::optional<unsigned> offered_;  ///< stands in Cpu::pending_interrupt, or was taken from it
    std::uint64_t looked_at_ = 0;
};

}  // namespace ringside::nt
