// SPDX-License-Identifier: MIT
#include "trace/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "trace/caller.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

constexpr std::string_view dim = "2";
constexpr std::string_view red = "31";
constexpr std::string_view bold = "1";

std::string arguments_text(const Record& record) {
    if (!record.service) {
        return "...";
    }
    std::string result;
    for (const guest::ServiceArgument& argument : record.service->arguments) {
        result += result.empty() ? "" : ", ";
        result += argument_text(argument);
    }
    return result;
}

std::string result_text(const Record& record) {
    if (!record.exit && !record.returned) {
        return "?";
    }
    if (record.diverted) {
        return record.service && record.service->result
                   ? status_text(record.service->result->status,
                                 record.service->result->status_name)
                   : "elsewhere";
    }
    return status_text(record.result, record.result_name);
}

std::string outputs_text(const Record& record) {
    std::string result;
    if (record.service && record.service->result) {
        for (const guest::ServiceArgument& output : record.service->result->outputs) {
            result += result.empty() ? " [" : ", ";
            result += argument_text(output);
        }
    }
    return result.empty() ? result : result + "]";
}

/// Of a service that answers without doing anything. That some part is missing is said by the other
/// forms: here it would stand on nearly every line.
std::string standing_mark(const Record& record) {
    const bool hollow =
        record.service && record.service->standing.state < guest::ServiceState::partial;
    return hollow ? fmt::format(" ({})", guest::state_word(record.service->standing.state)) : "";
}

/// "kernel32 through ntdll", "program directly".
std::string maker_text(const Record& record) {
    const std::string_view module =
        record.module.empty() ? std::string_view("no module") : record.module;
    return record.via == via::direct ? fmt::format("{} directly", module)
                                     : fmt::format("{} through {}", module, record.via);
}

std::string stage_text(const StageTime& stage, const Record& record) {
    std::string text = stage.name;
    if (stage.name == "frame" && record.frame) {
        text += fmt::format(" {:08X}", record.frame->at.value);
    }
    const auto* table = stage.find("table");
    const auto* index = stage.find("index");
    if (table != nullptr && index != nullptr) {
        text += fmt::format(" {}[0x{:X}]", table->text, index->value);
    }
    if (const auto* function = stage.find("function")) {
        text += fmt::format(" {}", function->text);
    }
    if (const auto* size = stage.find("bytes")) {
        text += fmt::format(" {} bytes", size->value);
    }
    Cycles clocks = stage.ends - stage.begins;
    if (stage.name == "exit" && record.exit) {
        text += fmt::format(" {}", exit_word(*record.exit));
        clocks = record.exit->clock_after - stage.begins;
    }
    return text + fmt::format(" {}", clocks);
}

bool has_failed(const Record& record) {
    return (record.exit || record.returned) && !record.diverted && is_failure(record.result);
}

}  // namespace

std::string path_text(const Record& record) {
    std::string result;
    const auto add = [&result](std::string_view part) {
        result += result.empty() ? "" : " > ";
        result += part;
    };
    if (record.entry && record.gate) {
        const Cycles cost = record.entry->clock_after - record.entry->clock_before;
        if (record.gate->door == Door::sysenter) {
            add(fmt::format("gate MSR 176 {} {}", record.gate->target, cost));
        } else if (record.gate->door == Door::far_call) {
            add(fmt::format("{} {} {}", record.gate->type, record.gate->target, cost));
        } else {
            add(fmt::format("gate IDT[{:02X}] {} {}", static_cast<unsigned>(record.entry->vector),
                            record.gate->target, cost));
        }
        if (record.gate->switches_stack) {
            add(fmt::format("stack {} -> {}", stack_text(record.entry->before),
                            stack_text(record.entry->after)));
        }
    }
    for (const StageTime& stage : record.stages) {
        add(stage_text(stage, record));
    }
    if (record.exit && record.stage("exit") == nullptr) {
        add(fmt::format("exit {}", exit_word(*record.exit)));
    }
    return result;
}

std::string header_text(const Header& header) {
    return fmt::format("# {}: os {}, cpu {}, {} MHz, entry {}{}\n", header.program, header.os,
                       header.cpu, header.mhz, header.entry,
                       header.assumed_clocks ? "; some clock figures are assumed" : "");
}

std::string footer_text(const Footer& footer) {
    std::string why = std::string(stop_word(footer.stop.kind));
    if (footer.stop.kind == guest::StopKind::guest_exit) {
        why = fmt::format("exit status 0x{:X}", footer.stop.status);
    }
    const std::string shown = footer.shown ? fmt::format(", {} shown", *footer.shown) : "";
    return fmt::format("# {}; {} records{}, {} clocks{}; service body: {}\n", why, footer.records,
                       shown, footer.clocks, footer.assumed_clocks ? ", some of them assumed" : "",
                       footer.service_body);
}

std::string frame_text(const Frame& frame, std::string_view indent) {
    std::string result = fmt::format("{}{} at {:08X}\n", indent, frame.layout, frame.at.value);
    constexpr std::size_t columns = 4;
    for (std::size_t i = 0; i < frame.fields.size(); ++i) {
        const FrameField& field = frame.fields[i];
        const bool ends_line = i % columns == columns - 1 || i + 1 == frame.fields.size();
        const std::string cell =
            fmt::format("+{:02X} {} {:08X}", field.offset, field.name, field.value);
        result += i % columns == 0 ? std::string(indent) + "  " : "  ";
        result += ends_line ? cell + "\n" : fmt::format("{:<34}", cell);
    }
    return result;
}

void TextSink::begin(const Header& header) {
    write_(colored(header_text(header), dim));
}

void TextSink::end(const Footer& footer) {
    flush_transparent();
    write_(colored(footer_text(footer), dim));
}

void TextSink::record(const Record& record) {
    if (record.is_transparent() && !options_.verbose) {
        Transparent& sum = transparent_[entry_word(*record.entry)];
        ++sum.count;
        sum.clocks += record.clocks().value;
        return;
    }
    flush_transparent();
    flush_open(record.thread);
    if (record.kind == RecordKind::call) {
        call(record);
    } else {
        other(record);
    }
    if (options_.frames) {
        frame(record);
    }
}

void TextSink::entered(const Record& record) {
    if (options_.entries) {
        flush_transparent();
        write_(colored(fmt::format("#{}{} begins: {} at {}\n", record.number, threads_.mark(record),
                                   entry_word(*record.entry), record.origin),
                       dim));
    }
}

void TextSink::suspended(const Record& record) {
    open_[record.number] = {record.thread, fmt::format("{}({})", colored(record.call_name, bold),
                                                       arguments_text(record))};
}

void TextSink::flush_open(std::uint32_t thread) {
    static_cast<void>(threads_.mark(thread));  // from here on there are several
    for (auto& [number, call] : open_) {
        if (call.thread != thread && !call.what.empty()) {
            write_(fmt::format("#{}{} {} ... unfinished\n", number, threads_.mark(call.thread),
                               std::exchange(call.what, {})));
        }
    }
}

void TextSink::instruction(const Instruction& instruction) {
    flush_transparent();
    flush_open(instruction.thread);
    write_(instruction_text(instruction, threads_.mark(instruction.thread)) + "\n");
}

void TextSink::message(const Message& message) {
    flush_transparent();
    write_(message_text(message) + "\n");
}

void TextSink::flush_transparent() {
    if (transparent_.empty()) {
        return;
    }
    std::string line;
    for (const auto& [word, sum] : transparent_) {
        line += line.empty() ? "    " : ", ";
        line += fmt::format("{} x {} ({} clocks)", sum.count, word, sum.clocks);
    }
    transparent_.clear();
    write_(colored(line + ": handled, and the program goes on\n", dim));
}

void TextSink::call(const Record& record) {
    std::string result = result_text(record);
    if (has_failed(record)) {
        result = colored(result, red);
    }
    const auto open = open_.extract(record.number);
    const bool resumes = open && open.mapped().what.empty();
    const std::string what = resumes ? " ... resumed" : fmt::format("({})", arguments_text(record));
    write_(fmt::format("#{}{} {}{} = {}{}{}, {} clocks\n", record.number, threads_.mark(record),
                       colored(record.call_name, bold), what, result, outputs_text(record),
                       standing_mark(record), record.clocks()));
    std::string from = record.entry ? fmt::format("{}: {} at {}", maker_text(record),
                                                  entry_word(*record.entry), record.origin)
                                    : fmt::format("called by kernel code, depth {}, back to {}",
                                                  record.depth, record.origin);
    if (!record.callers.empty()) {
        from += fmt::format(" < {}", fmt::join(record.callers, " < "));
    }
    write_(colored(fmt::format("    {}\n    {}\n", from, path_text(record)), dim));
}

void TextSink::other(const Record& record) {
    if (record.kind == RecordKind::dispatch) {
        write_(fmt::format("#{}{} dispatch by {} to {}, stack {}\n", record.number,
                           threads_.mark(record), exit_word(*record.exit), record.landing,
                           stack_text(record.exit->after)));
        return;
    }
    std::string line = fmt::format("#{}{} {} at {}", record.number, threads_.mark(record),
                                   entry_word(*record.entry), record.origin);
    if (record.entry->has_error_code) {
        line += fmt::format(", error code 0x{:X}", record.entry->error_code);
    }
    if (record.kind == RecordKind::exception && record.entry->vector == cpu::Vector::page_fault) {
        line += fmt::format(", CR2 {:08X}", record.entry->page_fault_address.value);
    }
    if (!record.exit) {
        line += ": never returns";
    } else if (record.kind == RecordKind::software_interrupt && !record.diverted) {
        line += fmt::format(" = 0x{:08X}, {}", record.result, exit_word(*record.exit));
    } else {
        line += fmt::format(": {} to {}", exit_word(*record.exit), record.landing);
    }
    write_(fmt::format("{}, {} clocks\n", line, record.clocks()));
}

void TextSink::frame(const Record& record) {
    if (record.frame) {
        write_(colored(frame_text(*record.frame, "    "), dim));
    }
}

std::string TextSink::colored(std::string_view text, std::string_view code) const {
    if (!options_.color) {
        return std::string(text);
    }
    const bool line = !text.empty() && text.back() == '\n';
    return fmt::format("\x1B[{}m{}\x1B[0m{}", code, text.substr(0, text.size() - (line ? 1 : 0)),
                       line ? "\n" : "");
}

}  // namespace ringside::trace
