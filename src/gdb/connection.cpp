// SPDX-License-Identifier: MIT
#include "gdb/connection.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ensure.hpp"

namespace ringside::gdb {
namespace {

constexpr int one_waiting = 1;
constexpr std::string_view unready_suffix = ".new";

[[noreturn]] void fail(std::string_view what, std::string_view why) {
    throw InputError(2, fmt::format("--gdb {}: {}", what, why));
}

[[noreturn]] void fail_by_error(std::string_view what) {
    fail(what, std::strerror(errno));
}

bool is_port(std::string_view text) {
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return !text.empty() && error == std::errc{} && stop == end && value <= 0xFFFF;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses look_up(const Address& address) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                  address.port.c_str(), &hints, &found);
    if (error != 0) {
        fail(address.host + ":" + address.port, gai_strerror(error));
    }
    return {found, &freeaddrinfo};
}

std::string port_of(int descriptor) {
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    std::array<char, NI_MAXSERV> port{};
    auto* const address = reinterpret_cast<sockaddr*>(&own);
    if (getsockname(descriptor, address, &length) != 0 ||
        getnameinfo(address, length, nullptr, 0, port.data(), port.size(), NI_NUMERICSERV) != 0) {
        return "?";
    }
    return port.data();
}

/// A socket that an earlier run left behind gives way; nothing else does.
bool make_way(const std::string& path) {
    struct stat existing {};
    if (lstat(path.c_str(), &existing) != 0) {
        return true;
    }
    const bool is_socket = S_ISSOCK(existing.st_mode);
    if (is_socket) {
        unlink(path.c_str());
    }
    return is_socket;
}

/// False when a signal came instead.
bool wait_for(int descriptor, short events, bool wait) {
    pollfd look{descriptor, events, 0};
    return poll(&look, 1, wait ? -1 : 0) > 0;
}

}  // namespace

Address Address::parse(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    constexpr std::size_t longest_path = sizeof(sockaddr_un{}.sun_path) - 1 - unready_suffix.size();
    Address address;
    if (text.starts_with(unix_prefix)) {
        address.unix_path = text.substr(unix_prefix.size());
        if (address.unix_path.empty() || address.unix_path.size() > longest_path) {
            fail(text, fmt::format("the path of a socket has 1 to {} bytes", longest_path));
        }
        return address;
    }
    std::string_view port = text;
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
        std::string_view host = text.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) {
            host = host.substr(1, host.size() - 2);
        }
        if (!host.empty()) {
            address.host = host;
        }
        port.remove_prefix(colon + 1);
    }
    if (!is_port(port)) {
        fail(fmt::format("'{}'", text),
             "want [ADDR:]PORT with a port from 0 to 65535, or unix:PATH");
    }
    address.port = port;
    return address;
}

bool Address::is_loopback() const {
    return !unix_path.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Connection::Connection(Connection&& other) noexcept : descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
}

Connection::~Connection() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

std::optional<std::string> Connection::read(bool wait) {
    if (!wait_for(descriptor_, POLLIN, wait)) {
        return std::string();
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) {
        return std::string();
    }
    if (count <= 0) {
        return std::nullopt;
    }
    return std::string(buffer.data(), static_cast<std::size_t>(count));
}

bool Connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count =
            send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EAGAIN || !wait_for(descriptor_, POLLOUT, true)) {
            return false;
        }
    }
    return true;
}

Listener::Listener(const Address& address) {
    if (address.unix_path.empty()) {
        listen_at_port(address);
    } else {
        listen_at_path(address);
    }
}

void Listener::listen_at_path(const Address& address) {
    const std::string what = "unix:" + address.unix_path;
    // It gets its name when it listens: who sees it can connect.
    const std::string unready = address.unix_path + std::string(unready_suffix);
    for (const std::string& path : {address.unix_path, unready}) {
        if (!make_way(path)) {
            fail(what, fmt::format("{} is there and is no socket; choose another name", path));
        }
    }
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    unready.copy(place.sun_path, sizeof place.sun_path - 1);
    descriptor_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0 ||
        bind(descriptor_, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
        fail_by_error(what);
    }
    if (chmod(place.sun_path, S_IRUSR | S_IWUSR) != 0 || listen(descriptor_, one_waiting) != 0 ||
        rename(place.sun_path, address.unix_path.c_str()) != 0) {
        const int error = errno;
        unlink(place.sun_path);
        errno = error;
        fail_by_error(what);
    }
    path_ = address.unix_path;
    name_ = address.unix_path;
}

void Listener::listen_at_port(const Address& address) {
    const Addresses found = look_up(address);
    descriptor_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    if (descriptor_ < 0 ||
        setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(descriptor_, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(descriptor_, one_waiting) != 0) {
        fail_by_error(address.host + ":" + address.port);
    }
    const bool bracketed = address.host.find(':') != std::string::npos;
    const std::string host = bracketed ? fmt::format("[{}]", address.host) : address.host;
    name_ = fmt::format("{}:{}", host, port_of(descriptor_));
}

Listener::~Listener() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
    if (!path_.empty()) {
        unlink(path_.c_str());
    }
}

std::optional<Connection> Listener::accept(const std::function<bool()>& given_up) {
    for (;;) {
        if (given_up()) {
            return std::nullopt;
        }
        if (!wait_for(descriptor_, POLLIN, true)) {
            continue;
        }
        const int connected = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connected >= 0) {
            // Packets are small and each is waited for.
            const int yes = 1;
            setsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            return Connection(connected);
        }
        if (errno != EINTR && errno != ECONNABORTED) {
            fail_by_error(name_);
        }
    }
}

}  // namespace ringside::gdb
