// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "guest/devices/pic.hpp"
#include "guest/devices/ports.hpp"

namespace ringside::guest {

/// The two 8259As of a PC: ports 20h, 21h and A0h, A1h; the slave's INT is the master's line 2.
/// Ports 4D0h and 4D1h choose level-sensitive lines.
class PicPair : public PortDevice {
  public:
    static constexpr unsigned lines = 16;
    static constexpr unsigned cascade_line = 2;

    void attach_to(PortTable& ports);
    std::uint8_t in(std::uint16_t port) override;
    std::optional<StopReason> out(std::uint16_t port, std::uint8_t value) override;

    void set_line(unsigned line, bool high);
    /// Whether INT asks the processor for an interrupt.
    [[nodiscard]] bool requests() const { return master_.request().has_value(); }
    struct Acknowledged {
        std::uint8_t vector = 0;
        std::optional<unsigned> line;  ///< nothing when the request was gone
    };
    /// INTA: the vector that the pair puts on the bus, and whose it is.
    Acknowledged acknowledge();
    [[nodiscard]] bool is_masked(unsigned line) const;
    /// Whether a rising edge on `line` would make INT ask, as the controllers stand now.
    [[nodiscard]] bool would_request(unsigned line) const;

    /// As a PC's firmware leaves them: vectors from 08h and 70h, every line masked.
    void start();
    void persist(Archive& archive);

  private:
    void connect();

    Pic master_;
    Pic slave_;
};

}  // namespace ringside::guest
