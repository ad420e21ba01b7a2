// SPDX-License-Identifier: MIT
#include "trace/words.hpp"

#include <fmt/format.h>

#include "cpu/vector.hpp"

namespace ringside::trace {
namespace {

constexpr std::size_t longest_argument = 80;

}  // namespace

std::string entry_word(const cpu::Transition& transition) {
    const auto number = static_cast<unsigned>(transition.vector);
    switch (transition.kind) {
        case cpu::TransitionKind::software_interrupt: return fmt::format("int {:02X}h", number);
        case cpu::TransitionKind::hardware_interrupt:
            return fmt::format("interrupt {:02X}h", number);
        case cpu::TransitionKind::sysenter: return "sysenter";
        case cpu::TransitionKind::exception:
        case cpu::TransitionKind::task_switch: {
            const std::string_view name = cpu::mnemonic(transition.vector);
            return name.empty() ? fmt::format("exception {:02X}h", number) : std::string(name);
        }
        case cpu::TransitionKind::gate_call: return "call gate";
        case cpu::TransitionKind::task_call: return "call task";
        case cpu::TransitionKind::interrupt_return:
        case cpu::TransitionKind::sysexit:
        case cpu::TransitionKind::far_return:
        case cpu::TransitionKind::task_jump:
        case cpu::TransitionKind::task_return: break;
    }
    return std::string(exit_word(transition));
}

std::string_view exit_word(const cpu::Transition& transition) {
    if (transition.kind == cpu::TransitionKind::far_return) {
        return "retf";
    }
    if (transition.kind == cpu::TransitionKind::task_jump) {
        return "jmp task";
    }
    return transition.kind == cpu::TransitionKind::sysexit ? "sysexit" : "iretd";
}

std::string_view kind_word(RecordKind kind) {
    switch (kind) {
        case RecordKind::call: return "call";
        case RecordKind::software_interrupt: return "software_interrupt";
        case RecordKind::exception: return "exception";
        case RecordKind::interrupt: return "interrupt";
        case RecordKind::dispatch: return "dispatch";
    }
    return "";
}

std::string_view stop_word(guest::StopKind kind) {
    switch (kind) {
        case guest::StopKind::guest_exit: return "guest_exit";
        case guest::StopKind::guest_failure: return "guest_failure";
        case guest::StopKind::deadlock: return "deadlock";
        case guest::StopKind::cycle_limit: return "cycle_limit";
        case guest::StopKind::time_limit: return "time_limit";
        case guest::StopKind::interrupted: return "interrupted";
        case guest::StopKind::not_built: return "not_built";
        case guest::StopKind::not_executable: return "not_executable";
        case guest::StopKind::observer: return "observer";
        case guest::StopKind::paused: return "paused";
    }
    return "";
}

std::string stack_text(const cpu::ExecutionPoint& point) {
    return fmt::format("{}:{:08X}", point.ss, point.esp);
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '\n': result += "\\n"; break;
            case '\r': result += "\\r"; break;
            case '\t': result += "\\t"; break;
            default: {
                const auto byte = static_cast<unsigned char>(c);
                if (byte < 0x20 || byte == 0x7F) {
                    result += fmt::format("\\x{:02X}", byte);
                } else {
                    result += c;
                }
            }
        }
    }
    return result;
}

std::string message_text(const Message& message) {
    return message.kind == guest::PortMessage::Kind::post
               ? fmt::format("POST {:02X} at {}", message.code, message.place)
               : fmt::format("console: {}", escaped(message.text));
}

std::string argument_text(const guest::ServiceArgument& argument) {
    std::string value =
        argument.text.empty() ? fmt::format("0x{:X}", argument.value) : escaped(argument.text);
    if (value.size() > longest_argument) {
        value.resize(longest_argument);
        value += "...";
    }
    return argument.name.empty() ? value : fmt::format("{}={}", argument.name, value);
}

std::string status_text(std::uint32_t status, std::string_view name) {
    return name.empty() ? fmt::format("0x{:08X}", status) : std::string(name);
}

std::string name_of(const Record& record) {
    if (record.kind == RecordKind::call) {
        return record.call_name;
    }
    return record.entry ? entry_word(*record.entry) : std::string(kind_word(record.kind));
}

std::optional<std::uint32_t> status_of(const Record& record) {
    if (record.kind != RecordKind::call) {
        return std::nullopt;
    }
    if ((record.exit || record.returned) && !record.diverted) {
        return record.result;
    }
    return record.service && record.service->result ? std::optional(record.service->result->status)
                                                    : std::nullopt;
}

std::string instruction_text(const Instruction& instruction, std::string_view mark) {
    return fmt::format("{:>12}{} ring {} {:08X} {:<40} {:<24} {}", instruction.clock, mark,
                       instruction.ring, instruction.at.value, instruction.place, instruction.bytes,
                       instruction.text);
}

std::string ThreadMarks::mark(std::uint32_t thread) {
    if (thread != 0 && thread != first_.value_or(thread)) {
        several_ = true;
    } else if (thread != 0) {
        first_ = thread;
    }
    return several_ ? fmt::format(" [0x{:X}]", thread) : "";
}

}  // namespace ringside::trace
