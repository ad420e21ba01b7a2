// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "base/expected.hpp"
#include "host/error.hpp"

namespace ringside::host {

enum class Stream { input, output, error };

/// The three standard streams as a guest sees them.
class Console {
  public:
    Console() = default;
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    virtual ~Console() = default;

    /// Waits for input; guest time stands still meanwhile. 0 bytes is the end of the input.
    [[nodiscard]] virtual Expected<std::size_t, HostError> read(std::span<std::byte>) = 0;

    /// Writes all bytes; `broken_pipe` when nobody reads any more.
    [[nodiscard]] virtual Expected<void, HostError> write(Stream, std::span<const std::byte>) = 0;

    [[nodiscard]] virtual bool is_terminal(Stream) const = 0;
};

/// The host's own descriptors. A closed pipe is an error value, never a signal.
class HostConsole final : public Console {
  public:
    struct Descriptors {
        int input = 0;
        int output = 1;
        int error = 2;
    };
    /// `interrupted` is asked when a signal cuts a wait short; a false answer waits on.
    explicit HostConsole(std::function<bool()> interrupted);
    HostConsole(std::function<bool()> interrupted, Descriptors);

    Expected<std::size_t, HostError> read(std::span<std::byte>) override;
    Expected<void, HostError> write(Stream, std::span<const std::byte>) override;
    [[nodiscard]] bool is_terminal(Stream) const override;

  private:
    [[nodiscard]] int descriptor(Stream) const;
    [[nodiscard]] bool wait_for(int descriptor, short events) const;

    std::function<bool()> interrupted_;
    Descriptors descriptors_;
};

/// Streams in memory, for `check` and tests.
class CapturedConsole final : public Console {
  public:
    explicit CapturedConsole(std::string input = {}) : input_(std::move(input)) {}

    Expected<std::size_t, HostError> read(std::span<std::byte>) override;
    Expected<void, HostError> write(Stream, std::span<const std::byte>) override;
    [[nodiscard]] bool is_terminal(Stream) const override { return false; }

    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] const std::string& error_output() const { return error_; }

  private:
    std::string input_;
    std::size_t taken_ = 0;
    std::string output_;
    std::string error_;
};

}  // namespace ringside::host
