// SPDX-License-Identifier: MIT
#include "host/console.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace ringside::host {

HostConsole::HostConsole(std::function<bool()> interrupted)
    : HostConsole(std::move(interrupted), Descriptors{}) {}

HostConsole::HostConsole(std::function<bool()> interrupted, Descriptors descriptors)
    : interrupted_(std::move(interrupted)), descriptors_(descriptors) {
    // Without this the first write to a closed pipe would end the host instead of failing.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

int HostConsole::descriptor(Stream stream) const {
    switch (stream) {
        case Stream::input: return descriptors_.input;
        case Stream::output: return descriptors_.output;
        case Stream::error: return descriptors_.error;
    }
    return -1;
}

/// False when the user asked to end while the host waited.
bool HostConsole::wait_for(int descriptor, short events) const {
    pollfd entry{.fd = descriptor, .events = events, .revents = 0};
    while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
        if (interrupted_ && interrupted_()) {
            return false;
        }
    }
    return true;
}

Expected<std::size_t, HostError> HostConsole::read(std::span<std::byte> to) {
    for (;;) {
        if (!wait_for(descriptors_.input, POLLIN)) {
            return Unexpected{HostError::interrupted};
        }
        const ssize_t got = ::read(descriptors_.input, to.data(), to.size());
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno == EBADF) {
            return std::size_t{0};  // A closed stdin reads like an empty one.
        }
        if (errno != EINTR && errno != EAGAIN) {
            return Unexpected{from_errno(errno)};
        }
        if (errno == EINTR && interrupted_ && interrupted_()) {
            return Unexpected{HostError::interrupted};
        }
    }
}

Expected<void, HostError> HostConsole::write(Stream stream, std::span<const std::byte> from) {
    const int to = descriptor(stream);
    while (!from.empty()) {
        const ssize_t put = ::write(to, from.data(), from.size());
        if (put >= 0) {
            from = from.subspan(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            if (!wait_for(to, POLLOUT)) {
                return Unexpected{HostError::interrupted};
            }
        } else if (errno != EINTR) {
            return Unexpected{from_errno(errno)};
        } else if (interrupted_ && interrupted_()) {
            return Unexpected{HostError::interrupted};
        }
    }
    return {};
}

bool HostConsole::is_terminal(Stream stream) const {
    return ::isatty(descriptor(stream)) == 1;
}

Expected<std::size_t, HostError> CapturedConsole::read(std::span<std::byte> to) {
    const std::size_t count = std::min(to.size(), input_.size() - taken_);
    if (count != 0) {
        std::memcpy(to.data(), input_.data() + taken_, count);
    }
    taken_ += count;
    return count;
}

Expected<void, HostError> CapturedConsole::write(Stream stream, std::span<const std::byte> from) {
    std::string& to = stream == Stream::error ? error_ : output_;
    for (const std::byte byte : from) {
        to.push_back(static_cast<char>(byte));
    }
    return {};
}

}  // namespace ringside::host
