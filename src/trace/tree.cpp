// SPDX-License-Identifier: MIT
#include "trace/tree.hpp"

#include <fmt/format.h>

#include "trace/caller.hpp"
#include "trace/text.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

/// One line of the tree: name, what, clocks.
void row(std::string& out, std::string_view name, std::string_view what,
         std::optional<Cycles> clocks = std::nullopt) {
    std::string line = fmt::format("  {:<12}{}", name, what);
    if (clocks) {
        line = fmt::format("{:<90} {:>7}", line, *clocks);
    }
    out += line + "\n";
}

void inner(std::string& out, std::string_view what) {
    out += fmt::format("      {}\n", what);
}

/// Registers that a stretch left with another value, four to a line.
void changed_rows(std::string& out, const std::vector<RegisterChange>& changes) {
    constexpr std::size_t columns = 4;
    std::string line;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const RegisterChange& change = changes[i];
        line += fmt::format("{}{} {:08X} -> {:08X}", line.empty() ? "changes " : ", ", change.name,
                            change.before, change.after);
        if (i % columns == columns - 1 || i + 1 == changes.size()) {
            inner(out, line);
            line.clear();
        }
    }
}

std::string title(const Record& record) {
    if (record.kind == RecordKind::call) {
        std::string text = record.call_name;
        if (!record.exit && !record.returned) {
            return text + " does not return";
        }
        return record.diverted ? text + " returns elsewhere"
                               : text + " = " + status_text(record.result, record.result_name);
    }
    if (record.kind == RecordKind::dispatch) {
        return "dispatch to " + record.landing;
    }
    return fmt::format("{} at {}", entry_word(*record.entry), record.origin);
}

void entry_rows(std::string& out, const Record& record) {
    const cpu::Transition& entry = *record.entry;
    std::string stub = fmt::format("{} at {}", entry_word(entry), record.origin);
    if (record.kind == RecordKind::call) {
        stub += fmt::format(", EAX=0x{:X} EDX={:08X}", record.eax, record.edx);
    }
    if (entry.has_error_code) {
        stub += fmt::format(", error code 0x{:X}", entry.error_code);
    }
    if (entry.kind == cpu::TransitionKind::exception && entry.vector == cpu::Vector::page_fault) {
        stub += fmt::format(", CR2 {:08X}", entry.page_fault_address.value);
    }
    row(out, record.stub ? "stub" : "from", stub,
        record.stub ? std::optional(record.stub->ends - record.stub->begins) : std::nullopt);
    if (!record.module.empty() && !record.via.empty()) {
        inner(out, record.via == via::direct
                       ? fmt::format("made by {} directly", record.module)
                       : fmt::format("made by {} through {}", record.module, record.via));
    }
    for (const std::string& caller : record.callers) {
        inner(out, "called from " + caller);
    }
    if (record.stub) {
        changed_rows(out, record.stub->changed);
    }
    const Gate& gate = *record.gate;
    const Cycles cost = entry.clock_after - entry.clock_before;
    if (gate.door == Door::sysenter) {
        row(out, "gate",
            fmt::format("MSR 174 {} 175 {:08X} 176 {}", gate.selector, gate.stack, gate.target),
            cost);
    } else if (gate.door == Door::far_call) {
        row(out, "gate", fmt::format("{} {}:{}", gate.type, gate.selector, gate.target), cost);
    } else {
        row(out, "gate",
            fmt::format("IDT[{:02X}] {} {}:{} DPL {}", static_cast<unsigned>(entry.vector),
                        gate.type, gate.selector, gate.target, gate.dpl),
            cost);
    }
    if (gate.switches_stack) {
        row(out, "stack",
            fmt::format("{} -> {} (from {} {}:{:08X})", stack_text(entry.before),
                        stack_text(entry.after), gate.door == Door::sysenter ? "MSR 175" : "TSS",
                        gate.stack_selector, gate.stack));
    }
    changed_rows(out, changes_of(entry));
}

void frame_row(std::string& out, const Record& record, Cycles clocks, bool all_fields) {
    if (!record.frame) {
        return;
    }
    row(out, "frame", fmt::format("{} at {:08X}", record.frame->layout, record.frame->at.value),
        clocks);
    if (all_fields) {
        out += frame_text(*record.frame, "      ");
        return;
    }
    std::string fields;
    for (const std::string_view name : {"Eip", "SegCs", "EFlags", "HardwareEsp", "HardwareSegSs"}) {
        if (const FrameField* field = record.frame->find(name)) {
            fields += fmt::format("{}{}={:08X}", fields.empty() ? "" : " ", name, field->value);
        }
    }
    inner(out, fields);
}

std::string standing_text(const guest::ServiceStanding& standing) {
    return standing.note.empty()
               ? std::string(guest::state_word(standing.state))
               : fmt::format("{}: {}", guest::state_word(standing.state), standing.note);
}

void service_rows(std::string& out, const Service& service) {
    for (const guest::ServiceArgument& argument : service.arguments) {
        inner(out, argument_text(argument));
    }
    if (service.standing.state != guest::ServiceState::real) {
        inner(out, standing_text(service.standing));
    }
    if (service.result) {
        inner(out, "status " + status_text(service.result->status, service.result->status_name));
        for (const guest::ServiceArgument& output : service.result->outputs) {
            inner(out, "out " + argument_text(output));
        }
    } else {
        inner(out, "does not end");
    }
}

std::string details_text(const StageTime& stage) {
    std::string result;
    for (const guest::StageDetail& detail : stage.details) {
        result += result.empty() ? "" : ", ";
        result += detail.text.empty() ? fmt::format("{} 0x{:X}", detail.name, detail.value)
                                      : fmt::format("{} {}", detail.name, detail.text);
    }
    return result;
}

}  // namespace

void TreeSink::begin(const Header& header) {
    write_(header_text(header));
}
void TreeSink::instruction(const Instruction& instruction) {
    write_(instruction_text(instruction, threads_.mark(instruction.thread)) + "\n");
}

void TreeSink::message(const Message& message) {
    write_(message_text(message) + "\n");
}

void TreeSink::end(const Footer& footer) {
    write_(footer_text(footer));
}

void TreeSink::record(const Record& record) {
    std::string out =
        fmt::format("#{}{} {}, clock {}, {} clocks\n", record.number, threads_.mark(record),
                    title(record), record.begins, record.clocks());
    if (record.entry) {
        entry_rows(out, record);
    } else if (record.kind == RecordKind::call) {
        row(out, "caller",
            fmt::format("kernel code, depth {}, EAX=0x{:X} EDX={:08X}, back to {}", record.depth,
                        record.eax, record.edx, record.origin));
    }
    for (const StageTime& stage : record.stages) {
        const Cycles clocks = stage.ends - stage.begins;
        if (stage.name == "frame") {
            frame_row(out, record, clocks, options_.frames);
        } else {
            row(out, stage.name, details_text(stage), clocks);
        }
        changed_rows(out, stage.changed);
        if (stage.name == "service" && record.service) {
            service_rows(out, *record.service);
        }
    }
    if (record.service && record.stage("service") == nullptr) {
        row(out, "service", record.service->name);
        service_rows(out, *record.service);
    }
    if (record.exit) {
        row(out, "return",
            fmt::format("{} to {}, stack {}, EAX=0x{:08X}", exit_word(*record.exit), record.landing,
                        stack_text(record.exit->after), record.result),
            record.exit->clock_after - record.exit->clock_before);
        changed_rows(out, changes_of(*record.exit));
    }
    write_(out);
}

}  // namespace ringside::trace
