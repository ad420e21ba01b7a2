// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "host/console.hpp"

namespace ringside::host {

/// A console whose wait for input somebody at another descriptor may end: a debugger.
class InterruptibleConsole final : public Console {
  public:
    /// `interrupted` is asked when a signal cuts a wait short; a false answer waits on. What
    /// `console` reads comes from the descriptor `input`.
    InterruptibleConsole(Console& console, int input, std::function<bool()> interrupted)
        : console_(console), input_(input), interrupted_(std::move(interrupted)) {}

    /// From here on `ends_wait` is asked whenever something comes in at `descriptor` while the
    /// guest waits, and has to take it; with a true answer the wait ends as `interrupted`.
    void attend(int descriptor, std::function<bool()> ends_wait);
    void attend_nobody() { ends_wait_ = nullptr; }

    Expected<std::size_t, HostError> read(std::span<std::byte>) override;
    Expected<void, HostError> write(Stream stream, std::span<const std::byte> from) override {
        return console_.write(stream, from);
    }
    [[nodiscard]] bool is_terminal(Stream stream) const override {
        return console_.is_terminal(stream);
    }

  private:
    Console& console_;
    int input_;
    std::function<bool()> interrupted_;
    int other_ = -1;
    std::function<bool()> ends_wait_;
};

}  // namespace ringside::host
