// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "guest/devices/ports.hpp"

namespace ringside::guest {

/// As much of a PC's keyboard controller (ports 60h and 64h) and of port 92h as starting programs
/// ask for: never busy, self-test passed, A20 always open, and the processor's reset line, which
/// ends the run. No keyboard is attached.
class KeyboardController : public PortDevice {
  public:
    void attach_to(PortTable& ports);
    std::uint8_t in(std::uint16_t port) override;
    std::optional<StopReason> out(std::uint16_t port, std::uint8_t value) override;
    void persist(Archive& archive);

  private:
    std::optional<StopReason> command(std::uint8_t value);

    std::optional<std::uint8_t> answer_;
    std::uint8_t last_answer_ = 0;
    std::uint8_t pending_ = 0;  ///< the command whose data byte comes next; 0: none
    std::uint8_t command_byte_ = 0x65;
};

}  // namespace ringside::guest
