// SPDX-License-Identifier: MIT
#include "host/interruptible_console.hpp"

#include <poll.h>

#include <array>
#include <utility>

namespace ringside::host {

void InterruptibleConsole::attend(int descriptor, std::function<bool()> ends_wait) {
    other_ = descriptor;
    ends_wait_ = std::move(ends_wait);
}

Expected<std::size_t, HostError> InterruptibleConsole::read(std::span<std::byte> to) {
    while (ends_wait_) {
        std::array<pollfd, 2> places{{{.fd = input_, .events = POLLIN, .revents = 0},
                                      {.fd = other_, .events = POLLIN, .revents = 0}}};
        const bool signal = ::poll(places.data(), places.size(), -1) < 0;
        const bool ends = signal ? interrupted_() : places[1].revents != 0 ? ends_wait_() : false;
        if (ends) {
            return Unexpected{HostError::interrupted};
        }
        if (!signal && places[0].revents != 0) {
            break;
        }
    }
    return console_.read(to);
}

}  // namespace ringside::host
