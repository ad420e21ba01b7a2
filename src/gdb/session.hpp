// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "debug/inspector.hpp"
#include "gdb/connection.hpp"
#include "gdb/execution.hpp"
#include "gdb/files.hpp"
#include "gdb/memory.hpp"
#include "gdb/packet.hpp"
#include "gdb/registers.hpp"
#include "gdb/threads.hpp"

namespace ringside::gdb {

/// How a debugger's session came to its end.
enum class Farewell : std::uint8_t {
    run_ended,  ///< the program is over and gdb knows
    detached,   ///< the run is to go on alone
    killed,     ///< the run is to end here
    lost,       ///< the connection broke
    host_stop,  ///< Ctrl-C at Ringside's own terminal
};

/// One debugger at work: takes packets, answers them, runs the machine between them. Nothing that
/// comes over the line can do more than a debugger may: malformed packets get `E01`, unknown ones
/// the empty answer.
class Session {
  public:
    /// Runs to the place where the debugger takes over.
    Session(Debuggee debuggee, Connection& connection);

    [[nodiscard]] Farewell serve();
    [[nodiscard]] Execution& execution() { return execution_; }

    /// The answer to one packet; nothing where none is due. For tests, too.
    [[nodiscard]] std::optional<std::string> answer(std::string_view packet);

  private:
    bool send(std::string_view content);
    bool take_input(bool wait);
    [[nodiscard]] bool wants_stop();

    // Packets, by what they are about.
    [[nodiscard]] std::optional<std::string> answer_v(std::string_view packet);
    [[nodiscard]] std::string answer_query(std::string_view packet);
    [[nodiscard]] std::string answer_setting(std::string_view packet);
    [[nodiscard]] std::string features(std::string_view theirs);
    [[nodiscard]] std::string transfer(std::string_view request) const;
    [[nodiscard]] std::string catch_calls(std::string_view request);
    [[nodiscard]] std::string continue_by(std::string_view actions);
    [[nodiscard]] std::string go_back(std::string_view how);
    [[nodiscard]] std::string read_registers() const;
    [[nodiscard]] std::string write_registers(std::string_view hex);
    [[nodiscard]] std::string read_register(std::string_view number) const;
    [[nodiscard]] std::string write_register(std::string_view assignment);
    /// The caller sees to execution_.changed().
    [[nodiscard]] std::string set_register(const Register& reg, const std::vector<std::byte>& to);
    [[nodiscard]] std::string register_value(const Register& reg) const;
    [[nodiscard]] std::string read_memory(std::string_view request) const;
    [[nodiscard]] std::string write_memory(std::string_view request, bool binary);
    [[nodiscard]] std::string change_point(std::string_view request, bool insert);
    [[nodiscard]] std::string select_thread(std::string_view request);
    [[nodiscard]] std::string stopped(const Stop& stop);
    [[nodiscard]] std::string spoken(const Stop& stop) const;
    [[nodiscard]] std::string monitor(std::string_view command);
    [[nodiscard]] std::string monitor_text(std::string_view command);

    Debuggee debuggee_;
    Connection& connection_;
    PacketReader reader_;
    Memory memory_;
    Threads threads_;
    Files files_;
    debug::Inspector inspector_;
    Execution execution_;
    std::vector<Register> registers_;
    std::string description_;

    bool acknowledges_ = true;
    bool knows_kinds_of_breakpoints_ = false;
    bool knows_calls_ = false;    ///< catches system calls by packets of its own
    std::uint32_t selected_ = 0;  ///< the thread that `g` and `p` mean; 0: the current one
    std::string last_sent_;
    std::string last_stop_;
    std::optional<Farewell> farewell_;
    bool line_broken_ = false;
};

}  // namespace ringside::gdb
