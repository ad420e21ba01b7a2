// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cpu/transition.hpp"
#include "guest/service_call.hpp"
#include "trace/record.hpp"

namespace ringside::trace {

/// "int 2Eh", "sysenter", "#PF", "interrupt 30h": how control came in.
[[nodiscard]] std::string entry_word(const cpu::Transition& transition);
/// "iretd", "sysexit".
[[nodiscard]] std::string_view exit_word(const cpu::Transition& transition);
[[nodiscard]] std::string_view kind_word(RecordKind kind);
/// "guest_exit", "deadlock" ...: the stable names of why a run ended.
[[nodiscard]] std::string_view stop_word(guest::StopKind kind);
/// "SSSS:EEEEEEEE" of a stack.
[[nodiscard]] std::string stack_text(const cpu::ExecutionPoint& point);
/// Of a call its service, else the way in ("#PF", "interrupt 30h") or "dispatch".
[[nodiscard]] std::string name_of(const Record& record);
/// What a call or its service's body answered; nothing for what did not, or is no call.
[[nodiscard]] std::optional<std::uint32_t> status_of(const Record& record);
/// NTSTATUS warnings and errors and negative errno values alike have the top bit set.
[[nodiscard]] constexpr bool is_failure(std::uint32_t status) {
    return (status >> 31) != 0;
}
/// Clock, ring, address, place, bytes and disassembly in columns; `mark` tells the thread.
[[nodiscard]] std::string instruction_text(const Instruction& instruction, std::string_view mark);
/// "POST 3C at PLACE", "console: TEXT".
[[nodiscard]] std::string message_text(const Message& message);
/// "name=value" as a reader wants it; one line, control characters escaped, cut when very long.
[[nodiscard]] std::string argument_text(const guest::ServiceArgument& argument);
/// A status as name and number, or the number.
[[nodiscard]] std::string status_text(std::uint32_t status, std::string_view name);
/// Control characters escaped as in C, so that no guest moves a terminal's cursor.
[[nodiscard]] std::string escaped(std::string_view text);

/// Whose record it is, " [0x104]", as soon as there is more than one thread it could be.
class ThreadMarks {
  public:
    [[nodiscard]] std::string mark(const Record& record) { return mark(record.thread); }
    [[nodiscard]] std::string mark(std::uint32_t thread);

  private:
    std::optional<std::uint32_t> first_;
    bool several_ = false;
};

}  // namespace ringside::trace
