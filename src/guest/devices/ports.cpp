// SPDX-License-Identifier: MIT
#include "guest/devices/ports.hpp"

namespace ringside::guest {

void PortTable::attach(std::uint16_t first, unsigned count, PortDevice& device) {
    for (unsigned i = 0; i < count; ++i) {
        devices_[static_cast<std::uint16_t>(first + i)] = &device;
    }
}

std::uint32_t PortTable::in(std::uint16_t port, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        const auto at = static_cast<std::uint16_t>(port + i);
        PortDevice* const device = this->at(at);
        const std::uint8_t byte = device != nullptr ? device->in(at) : std::uint8_t{0xFF};
        value |= std::uint32_t{byte} << (8 * i);
    }
    return value;
}

std::optional<StopReason> PortTable::out(std::uint16_t port, unsigned size, std::uint32_t value) {
    for (unsigned i = 0; i < size; ++i) {
        const auto at = static_cast<std::uint16_t>(port + i);
        if (PortDevice* const device = this->at(at)) {
            if (auto stop = device->out(at, static_cast<std::uint8_t>(value >> (8 * i)))) {
                return stop;
            }
        }
    }
    return std::nullopt;
}

PortDevice* PortTable::at(std::uint16_t port) const {
    const auto found = devices_.find(port);
    return found != devices_.end() ? found->second : nullptr;
}

}  // namespace ringside::guest
