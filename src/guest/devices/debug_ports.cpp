// SPDX-License-Identifier: MIT
#include "guest/devices/debug_ports.hpp"

#include <string_view>

namespace ringside::guest {
namespace {

constexpr std::uint16_t console_port = 0xE9;
constexpr std::uint16_t shutdown_port = 0x8900;
constexpr std::string_view shutdown_word = "Shutdown";
/// A guest may never end its line; a trace shows it in pieces then.
constexpr std::size_t longest_line = 1024;

}  // namespace

void DebugPorts::attach_to(PortTable& ports) {
    ports.attach(console_port, 1, *this);
    ports.attach(shutdown_port, 1, *this);
    if (config_.post_port) {
        ports.attach(*config_.post_port, 1, *this);
    }
}

std::uint8_t DebugPorts::in(std::uint16_t port) {
    if (config_.post_port && port == *config_.post_port) {
        return last_post_.value_or(0xFF);
    }
    return port == console_port ? std::uint8_t{0xE9} : std::uint8_t{0xFF};
}

std::optional<StopReason> DebugPorts::out(std::uint16_t port, std::uint8_t value) {
    if (config_.post_port && port == *config_.post_port) {
        last_post_ = value;
        if (observer_ != nullptr) {
            observer_->port_message({PortMessage::Kind::post, port, value, {}});
        }
        return std::nullopt;
    }
    return port == console_port ? print(value) : shutdown(value);
}

std::optional<StopReason> DebugPorts::print(std::uint8_t value) {
    if (observer_ != nullptr) {
        if (value != '\n') {
            line_ += static_cast<char>(value);
        }
        if (value == '\n' || line_.size() >= longest_line) {
            observer_->port_message({PortMessage::Kind::console, console_port, 0, line_});
            line_.clear();
        }
    }
    if (!config_.write(value)) {
        return StopReason{StopKind::interrupted, 0, "nobody reads the debug console any more", {}};
    }
    return std::nullopt;
}

void DebugPorts::finish_line() {
    if (observer_ != nullptr && !line_.empty()) {
        observer_->port_message({PortMessage::Kind::console, console_port, 0, line_});
        line_.clear();
    }
}

std::optional<StopReason> DebugPorts::shutdown(std::uint8_t value) {
    const auto letter = static_cast<char>(value);
    said_ = letter == shutdown_word[said_] ? said_ + 1 : letter == shutdown_word[0] ? 1U : 0U;
    if (said_ < shutdown_word.size()) {
        return std::nullopt;
    }
    said_ = 0;
    return StopReason{StopKind::guest_exit, 0, {}, {}};
}

}  // namespace ringside::guest
