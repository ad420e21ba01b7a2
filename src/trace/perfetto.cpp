// SPDX-License-Identifier: MIT
#include "trace/perfetto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trace/words.hpp"

namespace ringside::trace {
namespace {

using Json = nlohmann::ordered_json;

/// There is one process; the viewer wants a number for it.
constexpr int process = 1;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string hexadecimal(std::uint32_t value) {
    return fmt::format("0x{:X}", value);
}

Json slice(std::string_view name, std::string_view category, std::uint32_t thread, Cycles begins,
           Cycles ends) {
    return {{"name", name},
            {"cat", category},
            {"ph", "X"},
            {"ts", begins.value},
            {"dur", (ends - begins).value},
            {"pid", process},
            {"tid", thread}};
}

Json instant(std::string_view name, std::string_view category, std::uint32_t thread, Cycles at,
             std::string_view scope) {
    return {{"name", name}, {"cat", category}, {"ph", "i"},    {"ts", at.value},
            {"s", scope},   {"pid", process},  {"tid", thread}};
}

Json metadata(std::string_view what, std::uint32_t thread, std::string_view name) {
    return {
        {"name", what}, {"ph", "M"}, {"pid", process}, {"tid", thread}, {"args", {{"name", name}}}};
}

std::string title(const Record& record) {
    return record.kind == RecordKind::call ? record.call_name : entry_word(*record.entry);
}

Json place_arguments(const Record& record) {
    Json json{{"number", record.number}, {"from", record.origin}};
    if (!record.callers.empty()) {
        json["callers"] = fmt::format("{}", fmt::join(record.callers, " < "));
    }
    if (!record.exit) {
        json["to"] = record.returned ? record.origin : "never returns";
    } else {
        json["to"] = record.landing;
    }
    return json;
}

Json call_arguments(const Record& record, bool costs) {
    Json json = place_arguments(record);
    if (record.service) {
        for (const guest::ServiceArgument& argument : record.service->arguments) {
            json["argument " + argument.name] =
                argument.text.empty() ? hexadecimal(argument.value) : argument.text;
        }
        if (record.service->result) {
            const guest::ServiceResult& result = *record.service->result;
            json["status"] = status_text(result.status, result.status_name);
            for (const guest::ServiceArgument& output : result.outputs) {
                json["output " + output.name] =
                    output.text.empty() ? hexadecimal(output.value) : output.text;
            }
        }
    }
    if (record.kind == RecordKind::call && (record.exit || record.returned) && !record.diverted) {
        json["result"] = status_text(record.result, record.result_name);
    }
    if (record.entry && record.entry->has_error_code) {
        json["error code"] = hexadecimal(record.entry->error_code);
    }
    if (record.kind == RecordKind::exception && record.entry->vector == cpu::Vector::page_fault) {
        json["cr2"] = hexadecimal(record.entry->page_fault_address.value);
    }
    if (costs) {
        for (const StageCost& cost : record.costs) {
            json["own clocks: " + cost.name] = cost.clocks.value;
        }
    }
    return json;
}

Json gate_arguments(const Record& record) {
    const Gate& gate = *record.gate;
    Json json{{"target", fmt::format("{}:{}", gate.selector, gate.target)}};
    if (gate.switches_stack) {
        json["stack"] = stack_text(record.entry->before) + " -> " + stack_text(record.entry->after);
    }
    return json;
}

Json stage_arguments(const StageTime& stage, const Record& record, bool frames) {
    Json json = Json::object();
    for (const guest::StageDetail& detail : stage.details) {
        json[detail.name] = detail.text.empty() ? hexadecimal(detail.value) : detail.text;
    }
    if (stage.name == "frame" && record.frame) {
        json[record.frame->layout] = hexadecimal(record.frame->at.value);
        for (const FrameField& field : record.frame->fields) {
            if (frames) {
                json[field.name] = hexadecimal(field.value);
            }
        }
    }
    return json;
}

/// Where the five kinds of slices meet.
struct Borders {
    Cycles kernel;   ///< the gate is passed
    Cycles service;  ///< or whatever ends the way to it
    Cycles exit;
    Cycles way_out;  ///< the instruction that leaves
};

Borders borders_of(const Record& record) {
    const StageTime* const service = record.stage("service");
    const StageTime* const exit = record.stage("exit");
    Borders borders;
    borders.kernel = record.entry ? record.entry->clock_after : record.begins;
    borders.way_out = record.exit ? record.exit->clock_before : record.ends;
    borders.exit = exit != nullptr ? exit->begins : borders.way_out;
    borders.service = service != nullptr ? service->begins : borders.exit;
    return borders;
}

std::string_view category_of(std::string_view stage) {
    return stage == "service" || stage == "wait" || stage == "exit" ? stage : "kernel";
}

}  // namespace

PerfettoSink::PerfettoSink(Write write, PerfettoOptions options)
    : write_(std::move(write)),
      options_(options),
      user_([this](const UserSpan& span) { user(span); }) {}

void PerfettoSink::event(std::string_view text) {
    write_(fmt::format("{}{}", first_ ? "\n" : ",\n", text));
    first_ = false;
}

void PerfettoSink::begin(const Header& header) {
    write_(fmt::format(
        R"({{"displayTimeUnit":"ns","otherData":{},"traceEvents":[)",
        text_of({{"producer", "ringside"},
                 {"version", "1"},
                 {"unit", "1 us = 1 clock of the guest"},
                 {"program", header.program},
                 {"os", header.os},
                 {"cpu", header.cpu},
                 {"mhz", std::to_string(header.mhz)},
                 {"entry", header.entry},
                 {"clocks", header.assumed_clocks ? "some are assumed" : "documented"}})));
    event(text_of(metadata("process_name", 0,
                           fmt::format("{} on {}, {} {} MHz; 1 us = 1 clock", header.program,
                                       header.os, header.cpu, header.mhz))));
}

void PerfettoSink::name_thread(std::uint32_t thread) {
    if (named_.insert(thread).second) {
        event(text_of(metadata("thread_name", thread,
                               thread == 0 ? "processor" : fmt::format("thread {:X}", thread))));
    }
}

void PerfettoSink::user(const UserSpan& span) {
    name_thread(span.thread);
    event(text_of(slice("user", "user", span.thread, span.begins, span.ends)));
}

void PerfettoSink::record(const Record& record) {
    name_thread(record.thread);
    if (record.kind == RecordKind::dispatch) {
        Json json =
            instant("dispatch to " + record.landing, "dispatch", record.thread, record.ends, "t");
        json["args"] = {{"number", record.number}, {"by", exit_word(*record.exit)}};
        event(text_of(json));
        return;
    }
    Json whole =
        slice(title(record), kind_word(record.kind), record.thread, record.begins, record.ends);
    whole["args"] = call_arguments(record, options_.costs);
    event(text_of(whole));
    if (record.entry && record.gate) {
        Json json = slice("gate " + entry_word(*record.entry), "gate", record.thread,
                          record.entry->clock_before, record.entry->clock_after);
        json["args"] = gate_arguments(record);
        event(text_of(json));
    }
    passage(record);
}

/// Outer slices before inner ones: a reader sorts by time, and keeps the order of equals.
void PerfettoSink::passage(const Record& record) {
    const Borders borders = borders_of(record);
    const auto part = [&](std::string_view name, Cycles begins, Cycles ends) {
        if (begins < ends) {
            event(text_of(slice(name, name, record.thread, begins, ends)));
        }
    };
    part("kernel", borders.kernel, borders.service);
    bool is_leaving = false;
    for (const StageTime& stage : record.stages) {
        const std::string_view category = category_of(stage.name);
        if (category == "exit") {
            part("exit", borders.exit, record.ends);
            is_leaving = true;
        }
        Json json = slice(stage.name == "exit" ? "way out" : stage.name, category, record.thread,
                          stage.begins, stage.ends);
        json["args"] = stage_arguments(stage, record, options_.frames);
        event(text_of(json));
    }
    if (!record.exit) {
        return;
    }
    if (!is_leaving) {
        part("exit", borders.exit, record.ends);
    }
    Json json = slice(exit_word(*record.exit), "exit", record.thread, borders.way_out, record.ends);
    json["args"] = {{"to", record.landing}, {"diverted", record.diverted}};
    event(text_of(json));
}

void PerfettoSink::message(const Message& message) {
    Json json = instant(message_text(message), "message", 0, message.clock, "p");
    json["args"] = {{"port", hexadecimal(message.port)}, {"place", message.place}};
    event(text_of(json));
}

void PerfettoSink::end(const Footer& footer) {
    user_.end(footer.clocks);
    Json json =
        instant(fmt::format("end: {}", stop_word(footer.stop.kind)), "end", 0, footer.clocks, "g");
    json["args"] = {{"exit status", footer.stop.exit_status()},
                    {"records", footer.records},
                    {"message", footer.stop.message},
                    {"service body", footer.service_body},
                    {"some clocks are assumed", footer.assumed_clocks}};
    event(text_of(json));
    write_("\n]}\n");
}

}  // namespace ringside::trace
