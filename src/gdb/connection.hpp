// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ringside::gdb {

/// Where a debugger may connect, as `--gdb` says it.
struct Address {
    std::string host = "127.0.0.1";
    std::string port;       ///< empty: a socket in the file system
    std::string unix_path;  ///< empty: TCP

    /// `[ADDR:]PORT` or `unix:PATH`; an IPv6 address stands in brackets. Throws InputError (2).
    [[nodiscard]] static Address parse(std::string_view text);
    [[nodiscard]] bool is_loopback() const;
};

/// One debugger's connection.
class Connection {
  public:
    explicit Connection(int descriptor) : descriptor_(descriptor) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;

    /// What has come, after waiting for something while `wait` says so. Empty when nothing has;
    /// nothing when the other side is gone. A signal of the host ends the waiting.
    [[nodiscard]] std::optional<std::string> read(bool wait);
    /// What to wait at for read() to have something.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// False when the other side is gone, or takes nothing and a signal of the host came.
    bool write(std::string_view bytes);

  private:
    int descriptor_;
};

/// A socket that waits for one debugger.
class Listener {
  public:
    /// Throws InputError (2) when the address cannot be had.
    explicit Listener(const Address& address);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// What to type behind gdb's `target remote`: with the port that was taken, for port 0.
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Waits; nothing when `given_up` answers yes after a signal of the host.
    [[nodiscard]] std::optional<Connection> accept(const std::function<bool()>& given_up);

  private:
    void listen_at_path(const Address& address);
    void listen_at_port(const Address& address);

    int descriptor_ = -1;
    std::string name_;
    std::string path_;  ///< removed at the end
};

}  // namespace ringside::gdb
