// SPDX-License-Identifier: MIT
#include "check/observation.hpp"

#include <algorithm>

#include "trace/words.hpp"

namespace ringside::check {
namespace {

/// The name of an address that lies at or behind a symbol; empty for any other number.
std::string symbol_of(const guest::SymbolTable& symbols, std::uint32_t value) {
    const auto place = symbols.place(LinearAddress{value});
    return place && !place->symbol.empty() ? place->text() : std::string();
}

}  // namespace

const ObservedField* ObservedTransition::find(std::string_view field) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [field](const auto& one) { return one.name == field; });
    return found == fields.end() ? nullptr : &*found;
}

void Recorder::record(const trace::Record& record) {
    ObservedTransition result;
    result.is_call = record.kind == trace::RecordKind::call;
    auto& fields = result.fields;
    if (result.is_call) {
        result.name = record.call_name;
    } else {
        result.name = record.entry ? trace::entry_word(*record.entry) : "dispatch";
    }
    fields.push_back({"thread", record.thread, {}});
    if (record.entry) {
        fields.push_back({"gate", std::nullopt, trace::entry_word(*record.entry)});
        fields.push_back({"from", std::nullopt,
                          record.callers.empty() ? record.origin : record.callers.front()});
        if (record.entry->has_error_code) {
            fields.push_back({"error_code", record.entry->error_code, {}});
        }
        if (record.entry->vector == cpu::Vector::page_fault && !result.is_call) {
            fields.push_back({"cr2", record.entry->page_fault_address.value, {}});
        }
    }
    if (!record.entry && record.kind == trace::RecordKind::call) {
        fields.push_back({"from", std::nullopt, record.origin});
    }
    if ((record.exit || record.returned) && !record.diverted) {
        fields.push_back({"status", record.result, record.result_name});
    }
    if (record.exit) {
        fields.push_back({"exit", std::nullopt, std::string(trace::exit_word(*record.exit))});
        fields.push_back({"to", record.exit->after.eip, record.landing});
    }
    fields.push_back({"clocks", static_cast<std::uint32_t>(record.clocks().value), {}});
    if (record.service) {
        for (const guest::ServiceArgument& argument : record.service->arguments) {
            fields.push_back({"arguments." + argument.name, argument.value, argument.text});
        }
    }
    if (record.frame) {
        fields.push_back({"frame_address", record.frame->at.value, {}});
        for (const trace::FrameField& field : record.frame->fields) {
            fields.push_back(
                {"frame." + field.name, field.value, symbol_of(symbols_, field.value)});
        }
    }
    transitions_.push_back(std::move(result));
}

}  // namespace ringside::check
