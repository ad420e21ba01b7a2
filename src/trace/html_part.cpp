// SPDX-License-Identifier: MIT
#include "trace/html_part.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

using Json = nlohmann::json;

constexpr std::size_t records_in_a_part = 500;
constexpr std::size_t spans_in_a_part = 4000;
/// Strings that get a number, for a guest may make up names without end.
constexpr std::size_t most_known = 1U << 16;
constexpr std::size_t longest_known = 256;
/// What a reader can take in of one string.
constexpr std::size_t longest = 1000;

Json point(const cpu::ExecutionPoint& at) {
    return {at.cs.value(), at.eip, at.eflags, at.ss.value(), at.esp, at.cpl()};
}

/// What stands for "there is none" throughout.
const Json none = 0;

}  // namespace

std::string script_text(const nlohmann::json& json) {
    const std::string plain = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string result;
    result.reserve(plain.size());
    for (const char c : plain) {
        // It stands in strings only; no "</script>" or "<!--" is left for the browser to see.
        if (c == '<') {
            result += "\\u003c";
        } else {
            result += c;
        }
    }
    return result;
}

HtmlPart::HtmlPart() {
    clear();
    static_cast<void>(word(""));  // number 0
}

void HtmlPart::clear() {
    part_ = {{"s", Json::array()},
             {"l", Json::array()},
             {"u", Json::array()},
             {"m", Json::array()},
             {"r", Json::array()}};
    frames_.clear();
}

bool HtmlPart::is_full() const {
    return part_["r"].size() >= records_in_a_part || part_["u"].size() >= spans_in_a_part;
}

std::string HtmlPart::take() {
    std::string text = script_text(part_);
    clear();
    return text;
}

Json HtmlPart::word(std::string_view text) {
    if (text.size() > longest) {
        return std::string(text.substr(0, longest)) + "...";
    }
    if (text.size() > longest_known) {
        return text;
    }
    const auto found = known_.find(std::string(text));
    if (found != known_.end()) {
        return found->second;
    }
    if (known_.size() >= most_known) {
        return text;
    }
    const auto number = static_cast<std::uint32_t>(known_.size());
    known_.emplace(text, number);
    part_["s"].push_back(text);
    return number;
}

Json HtmlPart::words(const std::vector<std::string>& list) {
    Json result = Json::array();
    for (const std::string& text : list) {
        result.push_back(word(text));
    }
    return result;
}

/// In the order in which the parts of a passage follow, so that most need only the later value.
Json HtmlPart::changes(const std::vector<RegisterChange>& list) {
    Json result = Json::array();
    for (const RegisterChange& change : list) {
        Json row = Json::array({word(change.name)});
        const auto known = registers_.find(change.name);
        if (known == registers_.end() || known->second != change.before) {
            row.push_back(change.before);
        }
        row.push_back(change.after);
        registers_[change.name] = change.after;
        result.push_back(std::move(row));
    }
    return result;
}

Json HtmlPart::entry(const Record& record) {
    if (!record.entry) {
        return none;
    }
    const cpu::Transition& entry = *record.entry;
    const bool is_page_fault =
        entry.kind == cpu::TransitionKind::exception && entry.vector == cpu::Vector::page_fault;
    return {word(entry_word(entry)),
            word(record.origin),
            words(record.callers),
            record.eax,
            record.edx,
            point(entry.before),
            point(entry.after),
            (entry.clock_after - entry.clock_before).value,
            entry.has_error_code ? Json(entry.error_code) : Json(),
            is_page_fault ? Json(entry.page_fault_address.value) : Json(),
            changes(changes_of(entry))};
}

Json HtmlPart::gate(const Record& record) {
    if (!record.gate || !record.entry) {
        return none;
    }
    const Gate& gate = *record.gate;
    Json stack = none;
    if (gate.switches_stack) {
        stack = {word(gate.door == Door::sysenter ? "msr" : "tss"), gate.stack_selector.value(),
                 gate.stack};
    }
    const char* const kind = gate.door == Door::sysenter   ? "sysenter"
                             : gate.door == Door::far_call ? "far_call"
                                                           : "idt";
    return {word(kind),
            gate.door == Door::idt ? Json(static_cast<unsigned>(record.entry->vector)) : Json(-1),
            word(gate.type),
            gate.dpl,
            gate.selector.value(),
            gate.offset,
            word(gate.target),
            std::move(stack)};
}

Json HtmlPart::frame(const Record& record) {
    if (!record.frame) {
        return none;
    }
    const Frame& frame = *record.frame;
    std::string key = frame.layout;
    Json fields = Json::array();
    std::vector<std::uint32_t> values;
    for (const FrameField& field : frame.fields) {
        key += ' ';
        key += field.name;
        fields.push_back({field.name, field.offset, field.size});
        values.push_back(field.value);
    }
    const auto [found, is_new] =
        layouts_.try_emplace(std::move(key), static_cast<std::uint32_t>(layouts_.size()));
    if (is_new) {
        part_["l"].push_back({frame.layout, std::move(fields)});
    }
    std::vector<std::uint32_t>& last = frames_[{record.thread, found->second}];
    const bool is_first = last.empty();
    Json told = is_first ? Json(values) : Json::array();
    for (std::size_t i = 0; i < values.size() && !is_first; ++i) {
        if (values[i] != last[i]) {
            told.push_back(i);
            told.push_back(values[i]);
        }
    }
    last = std::move(values);
    return {found->second, frame.at.value, std::move(told), is_first ? 0 : 1};
}

Json HtmlPart::stage(const StageTime& stage) {
    Json details = Json::array();
    for (const guest::StageDetail& detail : stage.details) {
        details.push_back({word(detail.name), detail.value, word(detail.text)});
    }
    return {word(stage.name),   stage.at.value,
            stage.begins.value, (stage.ends - stage.begins).value,
            std::move(details), changes(stage.changed)};
}

Json HtmlPart::arguments(const std::vector<guest::ServiceArgument>& list) {
    Json result = Json::array();
    for (const guest::ServiceArgument& argument : list) {
        result.push_back({word(argument.name), argument.value, word(argument.text)});
    }
    return result;
}

Json HtmlPart::service(const Service& service) {
    const bool ended = service.result.has_value();
    return {word(service.name),
            service.number,
            service.argument_bytes,
            word(guest::state_word(service.standing.state)),
            service.begins.value,
            arguments(service.arguments),
            ended ? Json(service.result->status) : Json(),
            ended ? word(service.result->status_name) : none,
            ended ? arguments(service.result->outputs) : none,
            word(service.standing.note)};
}

Json HtmlPart::exit(const Record& record) {
    if (!record.exit) {
        return none;
    }
    const cpu::Transition& exit = *record.exit;
    return {word(exit_word(exit)),
            word(record.landing),
            record.diverted,
            point(exit.after),
            (exit.clock_after - exit.clock_before).value,
            changes(changes_of(exit))};
}

void HtmlPart::add(const Record& record) {
    std::string name = "dispatch";
    if (record.kind == RecordKind::call) {
        name = record.call_name;
    } else if (record.entry) {
        name = entry_word(*record.entry);
    }
    const bool has_result = record.kind == RecordKind::call && !record.diverted &&
                            (record.exit.has_value() || record.returned);
    Json result = none;
    if (has_result) {
        result = {record.result, word(record.result_name)};
    }
    registers_.clear();
    Json stub = record.stub ? stage(*record.stub) : none;
    Json way_in = entry(record);
    Json stages = Json::array();
    for (const StageTime& one : record.stages) {
        stages.push_back(stage(one));
    }
    Json way_out = exit(record);
    part_["r"].push_back({record.number, static_cast<int>(record.kind), record.thread, record.depth,
                          record.begins.value, record.clocks().value, word(name), std::move(result),
                          std::move(way_in), gate(record), frame(record), std::move(stages),
                          record.service ? service(*record.service) : none, std::move(way_out),
                          word(record.module), word(record.via), std::move(stub)});
}

void HtmlPart::add(const UserSpan& span) {
    part_["u"].push_back({span.thread, span.begins.value, (span.ends - span.begins).value});
}

void HtmlPart::add(const Message& message) {
    const std::string text = message_text(message);
    part_["m"].push_back({message.clock.value, text.substr(0, longest)});
}

}  // namespace ringside::trace
