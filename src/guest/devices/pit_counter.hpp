// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace ringside {
class Archive;
}

namespace ringside::guest {

/// One counter of an 8254 (Intel 8254 data sheet), all six modes. Nothing counts in here: OUT and
/// the count at any tick of CLK follow from the tick at which the count was loaded. Every `now` is
/// such a tick and never smaller than the one before.
class PitCounter {
  public:
    /// A control word for this counter: mode, bytes and BCD. OUT takes the mode's first level.
    void control(std::uint8_t word);
    /// A byte of the initial count.
    void write(std::uint8_t value, std::uint64_t now);
    /// The next byte of latched status, latched count or running count.
    [[nodiscard]] std::uint8_t read(std::uint64_t now);
    void latch_count(std::uint64_t now);
    void latch_status(std::uint64_t now);
    void set_gate(bool high, std::uint64_t now);

    [[nodiscard]] bool out(std::uint64_t now);
    /// The first tick behind `now` at which OUT may have another level; nothing for never.
    [[nodiscard]] std::optional<std::uint64_t> next_change(std::uint64_t now);
    /// The counting element, in the notation of the mode.
    [[nodiscard]] std::uint16_t count(std::uint64_t now);
    void persist(Archive& archive);

  private:
    enum class Access : std::uint8_t { none, low, high, both };

    void load(std::uint32_t count, std::uint64_t now);
    void load_at_boundary(std::uint32_t count, std::uint64_t now);
    void settle(std::uint64_t now);
    [[nodiscard]] std::uint32_t initial_count(std::uint16_t written) const;
    [[nodiscard]] std::uint32_t modulus() const { return bcd_ ? 10'000 : 65'536; }
    [[nodiscard]] bool is_triggered() const { return mode_ == 1 || mode_ == 5; }
    [[nodiscard]] bool is_periodic() const { return mode_ == 2 || mode_ == 3; }
    /// Ticks of counting since the load; nothing before it.
    [[nodiscard]] std::optional<std::uint64_t> elapsed(std::uint64_t now) const;
    [[nodiscard]] std::uint32_t high_half() const { return (start_ + 1) / 2; }
    [[nodiscard]] bool null_count(std::uint64_t now) const;

    unsigned mode_ = 0;
    Access access_ = Access::both;
    bool bcd_ = false;
    bool gate_ = true;
    bool counting_ = false;    ///< a count is in the counting element, or will be at `loaded_at_`
    std::uint32_t start_ = 1;  ///< the count that was loaded, 1 to 65536
    std::int64_t loaded_at_ = 0;
    bool before_load_ = false;              ///< OUT from then to `loaded_at_`
    std::optional<std::uint64_t> stopped_;  ///< ticks counted when the gate closed
    std::optional<std::uint32_t> next_;     ///< a count that waits for the boundary or a trigger
    std::uint64_t next_at_ = 0;

    std::optional<std::uint8_t> first_byte_;
    std::optional<std::uint16_t> latched_count_;
    std::optional<std::uint8_t> latched_status_;
    bool reads_high_ = false;
};

}  // namespace ringside::guest
