// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "guest/personality.hpp"

namespace ringside::guest {

/// Something that answers at ports, a byte at a time, as the devices of a PC's 8-bit bus do.
class PortDevice {
  public:
    virtual ~PortDevice() = default;
    [[nodiscard]] virtual std::uint8_t in(std::uint16_t port) = 0;
    /// Nothing when the guest goes on.
    virtual std::optional<StopReason> out(std::uint16_t port, std::uint8_t value) = 0;
};

/// Which device answers at which port. Wider accesses are split as the bus splits them: low byte
/// first, at the next port each. Where nobody answers the bus floats high, and writes are lost.
class PortTable {
  public:
    /// A later device takes ports over from earlier ones.
    void attach(std::uint16_t first, unsigned count, PortDevice& device);

    [[nodiscard]] std::uint32_t in(std::uint16_t port, unsigned size);
    std::optional<StopReason> out(std::uint16_t port, unsigned size, std::uint32_t value);

  private:
    [[nodiscard]] PortDevice* at(std::uint16_t port) const;

    std::map<std::uint16_t, PortDevice*> devices_;
};

}  // namespace ringside::guest
