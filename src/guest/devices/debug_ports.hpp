// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "guest/devices/ports.hpp"

namespace ringside::guest {

struct DebugPortsConfig {
    /// Takes each byte of the debug console; false when nobody reads any more.
    std::function<bool(std::uint8_t)> write = [](std::uint8_t) { return true; };
    std::optional<std::uint16_t> post_port = std::uint16_t{0x80};
};

/// The debug console at port E9h, whose IN gives E9h as under Bochs; the POST port; and port 8900h,
/// where the bytes "Shutdown" end the run, as under Bochs too.
class DebugPorts : public PortDevice {
  public:
    explicit DebugPorts(DebugPortsConfig config) : config_(std::move(config)) {}

    void attach_to(PortTable& ports);
    std::uint8_t in(std::uint16_t port) override;
    std::optional<StopReason> out(std::uint16_t port, std::uint8_t value) override;

    void set_observer(PortMessageObserver* observer) { observer_ = observer; }
    [[nodiscard]] std::optional<std::uint16_t> post_port() const { return config_.post_port; }
    [[nodiscard]] std::optional<std::uint8_t> last_post() const { return last_post_; }
    /// Tells the observer of a line that was begun and not ended.
    void finish_line();
    void persist(Archive& archive);

  private:
    std::optional<StopReason> print(std::uint8_t value);
    std::optional<StopReason> shutdown(std::uint8_t value);

    DebugPortsConfig config_;
    PortMessageObserver* observer_ = nullptr;
    std::optional<std::uint8_t> last_post_;
    std::string line_;
    unsigned said_ = 0;  ///< letters of "Shutdown" so far
};

}  // namespace ringside::guest
