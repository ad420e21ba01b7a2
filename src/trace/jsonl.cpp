// SPDX-License-Identifier: MIT
#include "trace/jsonl.hpp"

#include <embedded/trace.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

using Json = nlohmann::ordered_json;

Json point_json(const cpu::ExecutionPoint& point) {
    return {{"cs", point.cs.value()},
            {"eip", point.eip},
            {"eflags", point.eflags},
            {"ss", point.ss.value()},
            {"esp", point.esp}};
}

Json gate_json(const Gate& gate, unsigned vector) {
    Json json;
    if (gate.door == Door::sysenter) {
        json = {{"kind", "sysenter"}};
    } else if (gate.door == Door::far_call) {
        json = {{"kind", "far_call"}, {"type", gate.type}};
    } else {
        json = {{"kind", "idt"}, {"vector", vector}, {"type", gate.type}, {"dpl", gate.dpl}};
    }
    json["selector"] = gate.selector.value();
    json["offset"] = gate.offset;
    json["target"] = gate.target;
    return json;
}

Json arguments_json(const std::vector<guest::ServiceArgument>& arguments) {
    Json list = Json::array();
    for (const guest::ServiceArgument& argument : arguments) {
        Json json{{"name", argument.name}, {"value", argument.value}};
        if (!argument.text.empty()) {
            json["text"] = argument.text;
        }
        list.push_back(std::move(json));
    }
    return list;
}

Json service_json(const Service& service) {
    Json json{{"name", service.name},
              {"number", service.number},
              {"thread", service.thread_id},
              {"argument_bytes", service.argument_bytes},
              {"state", guest::state_word(service.standing.state)},
              {"clock", service.begins.value},
              {"arguments", arguments_json(service.arguments)}};
    if (service.result) {
        json["status"] = service.result->status;
        json["status_name"] = service.result->status_name;
        json["outputs"] = arguments_json(service.result->outputs);
    }
    return json;
}

Json frame_json(const Frame& frame) {
    Json fields = Json::object();
    for (const FrameField& field : frame.fields) {
        fields[field.name] = field.value;
    }
    return {{"layout", frame.layout}, {"address", frame.at.value}, {"fields", std::move(fields)}};
}

Json registers_json(const std::vector<RegisterChange>& changes) {
    Json json = Json::object();
    for (const RegisterChange& change : changes) {
        json[std::string(change.name)] = {change.before, change.after};
    }
    return json;
}

Json stage_json(const StageTime& stage) {
    Json json{{"name", stage.name},
              {"address", stage.at.value},
              {"clock", stage.begins.value},
              {"clocks", (stage.ends - stage.begins).value},
              {"registers", registers_json(stage.changed)}};
    for (const guest::StageDetail& detail : stage.details) {
        json[detail.name] = detail.text.empty() ? Json(detail.value) : Json(detail.text);
    }
    return json;
}

Json costs_json(const std::vector<StageCost>& costs) {
    Json json = Json::object();
    for (const StageCost& cost : costs) {
        json[cost.name] = cost.clocks.value;
    }
    return json;
}

/// Guest text may hold any bytes; what is not UTF-8 becomes U+FFFD.
std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string_view json_schema() {
    const auto bytes = embedded::trace_schema_json();
    return trim({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void JsonlSink::begin(const Header& header) {
    write_(line_of({{"type", "header"},
                    {"version", version},
                    {"program", header.program},
                    {"os", header.os},
                    {"cpu", header.cpu},
                    {"mhz", header.mhz},
                    {"entry", header.entry},
                    {"assumed_clocks", header.assumed_clocks}}));
}

void JsonlSink::record(const Record& record) {
    Json json{{"type", kind_word(record.kind)}, {"number", record.number},
              {"thread", record.thread},        {"depth", record.depth},
              {"clock", record.begins.value},   {"clocks", record.clocks().value}};
    if (record.kind == RecordKind::call) {
        json["name"] = record.call_name;
    }
    if (!record.module.empty()) {
        json["module"] = record.module;
    }
    if (!record.via.empty()) {
        json["via"] = record.via;
    }
    if (!record.modules.empty()) {
        json["modules"] = record.modules;
    }
    if (record.stub) {
        json["stub"] = stage_json(*record.stub);
    }
    if (record.entry) {
        const cpu::Transition& entry = *record.entry;
        json["entry"] = {{"how", entry_word(entry)},
                         {"place", record.origin},
                         {"callers", record.callers},
                         {"eax", record.eax},
                         {"edx", record.edx},
                         {"before", point_json(entry.before)},
                         {"after", point_json(entry.after)},
                         {"clocks", (entry.clock_after - entry.clock_before).value}};
        if (entry.has_error_code) {
            json["entry"]["error_code"] = entry.error_code;
        }
        if (entry.kind == cpu::TransitionKind::exception &&
            entry.vector == cpu::Vector::page_fault) {
            json["entry"]["cr2"] = entry.page_fault_address.value;
        }
        json["gate"] = gate_json(*record.gate, static_cast<unsigned>(entry.vector));
        if (record.gate->switches_stack) {
            json["stack"] = {{"source", record.gate->door == Door::sysenter ? "msr" : "tss"},
                             {"ss", record.gate->stack_selector.value()},
                             {"esp", record.gate->stack}};
        }
    }
    if (record.frame) {
        json["frame"] = frame_json(*record.frame);
    }
    if (!record.stages.empty()) {
        Json stages = Json::array();
        for (const StageTime& stage : record.stages) {
            stages.push_back(stage_json(stage));
        }
        json["stages"] = std::move(stages);
    }
    if (options_.costs) {
        costs_.add(record);
        json["own_clocks"] = record.own_clocks().value;
        json["costs"] = costs_json(record.costs);
    }
    if (record.service) {
        json["service"] = service_json(*record.service);
    }
    if (record.exit) {
        json["exit"] = {{"how", exit_word(*record.exit)},
                        {"place", record.landing},
                        {"diverted", record.diverted},
                        {"after", point_json(record.exit->after)},
                        {"registers", registers_json(changes_of(*record.exit))},
                        {"clocks", (record.exit->clock_after - record.exit->clock_before).value}};
    }
    if (record.kind == RecordKind::call && (record.exit || record.returned) && !record.diverted) {
        json["result"] = record.result;
        if (!record.result_name.empty()) {
            json["result_name"] = record.result_name;
        }
    }
    write_(line_of(json));
}

void JsonlSink::instruction(const Instruction& instruction) {
    write_(line_of({{"type", "instruction"},
                    {"thread", instruction.thread},
                    {"ring", instruction.ring},
                    {"clock", instruction.clock.value},
                    {"address", instruction.at.value},
                    {"place", instruction.place},
                    {"bytes", instruction.bytes},
                    {"text", instruction.text}}));
}

void JsonlSink::message(const Message& message) {
    const bool post = message.kind == guest::PortMessage::Kind::post;
    Json json{{"type", post ? "post" : "console"},
              {"clock", message.clock.value},
              {"port", message.port},
              {"place", message.place}};
    if (post) {
        json["code"] = message.code;
    } else {
        json["text"] = message.text;
    }
    write_(line_of(json));
}

void JsonlSink::end(const Footer& footer) {
    for (const auto& [name, row] : costs_.rows()) {
        Json stages = Json::object();
        for (const auto& [stage, clocks] : row.stages) {
            stages[stage] = clocks.value;
        }
        write_(line_of({{"type", "costs"},
                        {"name", name},
                        {"times", row.count},
                        {"own_clocks", row.own.value},
                        {"costs", std::move(stages)}}));
    }
    Json json{{"type", "end"},
              {"reason", stop_word(footer.stop.kind)},
              {"exit_status", footer.stop.exit_status()},
              {"clocks", footer.clocks.value},
              {"records", footer.records},
              {"service_body", footer.service_body}};
    if (footer.shown) {
        json["shown"] = *footer.shown;
    }
    if (footer.assumed_clocks) {
        json["assumed_clocks"] = true;
    }
    if (footer.stop.kind == guest::StopKind::guest_exit ||
        footer.stop.kind == guest::StopKind::guest_failure) {
        json["status"] = footer.stop.status;
    }
    if (!footer.stop.message.empty()) {
        json["message"] = footer.stop.message;
    }
    write_(line_of(json));
}

}  // namespace ringside::trace
