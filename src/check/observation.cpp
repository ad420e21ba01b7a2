// SPDX-License-Identifier: MIT
#include "check/observation.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/near_miss.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

constexpr std::size_t most_of_a_name = 10'000;

/// The name of an address that lies at or behind a symbol; empty for any other number.
std::string symbol_of(const guest::SymbolTable& symbols, std::uint32_t value) {
    const auto place = symbols.place(LinearAddress{value});
    return place && !place->symbol.empty() ? place->text() : std::string();
}

/// When the frame was read: at its stage, or when the processor had pushed it.
Storage frame_storage(const trace::Record& record, const trace::FrameField& field) {
    Storage storage{record.frame->at + field.offset, field.size, std::nullopt, {}};
    if (const trace::StageTime* const stage = record.stage("frame")) {
        storage.reached = stage->at;
        storage.clock = stage->ends;
    } else if (record.entry) {
        storage.clock = record.entry->clock_after;
    }
    return storage;
}

/// Of the stack that an entry switched to, and so of the frame there: the slot in the TSS.
std::vector<Storage> stack_storage(const trace::Record& record) {
    if (!record.entry || !record.gate || !record.gate->switches_stack || !record.gate->stack_slot) {
        return {};
    }
    return {{*record.gate->stack_slot, 4, std::nullopt, record.entry->clock_after}};
}

/// Of an argument: the dword in the kernel's copy, as the service found it, and the caller's.
std::vector<Storage> argument_storages(const trace::Record& record, std::size_t index) {
    const trace::StageTime* const copy = record.stage("copy");
    const trace::StageTime* const service = record.stage("service");
    const guest::StageDetail* const from = copy != nullptr ? copy->find("from") : nullptr;
    const guest::StageDetail* const to = copy != nullptr ? copy->find("to") : nullptr;
    if (from == nullptr || to == nullptr || service == nullptr ||
        record.service->arguments.size() * 4 != record.service->argument_bytes) {
        return {};
    }
    const auto offset = static_cast<std::uint32_t>(index * 4);
    return {{LinearAddress{to->value} + offset, 4, service->at, service->begins},
            {LinearAddress{from->value} + offset, 4, service->at, service->begins, true}};
}

std::string near_symbol(const guest::SymbolTable& symbols, std::string_view text) {
    const auto bang = text.find('!');
    const std::string module_name(text.substr(0, bang));
    std::vector<std::string> candidates;
    for (const auto& [base, module] : symbols.modules()) {
        if (module.name == module_name) {
            for (const guest::ModuleSymbol& symbol : module.symbols) {
                candidates.push_back(fmt::format("{}!{}", module.name, symbol.name));
            }
        }
    }
    if (candidates.empty()) {
        for (const auto& [base, module] : symbols.modules()) {
            candidates.push_back(module.name);
        }
        return suggestion(module_name, candidates);
    }
    return suggestion(text.substr(0, text.rfind('+')), candidates);
}

}  // namespace

bool is_counted(std::string_view field) {
    return field == "clocks" || field == "thread";
}

const ObservedField* ObservedTransition::find(std::string_view field) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [field](const auto& one) { return one.name == field; });
    return found == fields.end() ? nullptr : &*found;
}

Vocabulary vocabulary_of(const guest::Personality& personality) {
    Vocabulary result;
    for (const guest::Layout& layout : personality.layouts()) {
        if (layout.name != personality.frame_layout()) {
            continue;
        }
        result.frame = layout.name;
        for (const guest::LayoutRow& row : layout.rows) {
            result.frame_fields.push_back(row.name);
        }
    }
    for (guest::ServiceEntry& service : personality.services()) {
        result.services.push_back(std::move(service.name));
    }
    return result;
}

void resolve_symbols(const Expectation& expect, const guest::SymbolTable& symbols,
                     Observation& observation) {
    for (const ExpectedTransition& transition : expect.transitions) {
        for (const ExpectedField& field : transition.fields) {
            const auto* const text = std::get_if<std::string>(&field.pattern);
            if (text == nullptr || text->find('!') == std::string::npos ||
                observation.symbols.contains(*text)) {
                continue;
            }
            const auto address = symbols.find(*text);
            observation.symbols[*text] = address ? std::optional(address->value) : std::nullopt;
            if (!address) {
                observation.near_symbols[*text] = near_symbol(symbols, *text);
            }
        }
    }
}

bool Recorder::is_wanted(const ObservedTransition& transition) const {
    return (expect_.all_calls && transition.is_call) ||
           std::any_of(expect_.transitions.begin(), expect_.transitions.end(),
                       [&transition](const ExpectedTransition& expected) {
                           return expected.is_call == transition.is_call &&
                                  expected.name == transition.name;
                       });
}

void Recorder::add_point(std::string_view table, const cpu::ExecutionPoint& point,
                         std::vector<ObservedField>& fields) const {
    const auto add = [&](std::string_view name, std::uint32_t value, std::string text = {}) {
        fields.push_back({fmt::format("{}.{}", table, name), value, std::move(text)});
    };
    add("cs", point.cs.value());
    add("eip", point.eip, symbol_of(symbols_, point.eip));
    add("eflags", point.eflags);
    add("ss", point.ss.value());
    add("esp", point.esp);
}

void Recorder::add_points(const trace::Record& record, std::vector<ObservedField>& fields) const {
    if (record.entry) {
        add_point("before", record.entry->before, fields);
        fields.push_back({"before.eax", record.eax, {}});
        fields.push_back({"before.edx", record.edx, {}});
        add_point("entered", record.entry->after, fields);
    }
    if (record.gate && record.gate->switches_stack) {
        fields.push_back({"stack.ss", record.gate->stack_selector.value(), {}});
        fields.push_back({"stack.esp", record.gate->stack, {}, stack_storage(record)});
    }
    if (record.exit) {
        add_point("after", record.exit->after, fields);
        fields.push_back({"after.eax", record.result, {}});
    }
}

void Recorder::record(const trace::Record& record) {
    ObservedTransition result;
    result.is_call = record.kind == trace::RecordKind::call;
    if (result.is_call) {
        result.name = record.call_name;
    } else {
        result.name = record.entry ? trace::entry_word(*record.entry) : "dispatch";
    }
    if (!is_wanted(result)) {
        return;
    }
    if (++counts_[result.name] > most_of_a_name) {
        observation_.is_cut = true;
        return;
    }
    auto& fields = result.fields;
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
    if (!record.entry && result.is_call) {
        fields.push_back({"from", std::nullopt, record.origin});
    }
    if (!record.module.empty()) {
        fields.push_back({"module", std::nullopt, record.module});
    }
    if (!record.via.empty()) {
        fields.push_back({"via", std::nullopt, record.via});
    }
    if ((record.exit || record.returned) && !record.diverted) {
        fields.push_back({"status", record.result, record.result_name});
    }
    if (record.exit) {
        fields.push_back({"exit", std::nullopt, std::string(trace::exit_word(*record.exit))});
        fields.push_back({"to", record.exit->after.eip, record.landing});
    }
    fields.push_back({"clocks", record.clocks().value, {}});
    if (record.service) {
        const auto& arguments = record.service->arguments;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const std::string name =
                arguments[i].name.empty() ? fmt::format("{}", i) : arguments[i].name;
            fields.push_back({"arguments." + name, arguments[i].value, arguments[i].text,
                              argument_storages(record, i)});
        }
    }
    if (record.frame) {
        fields.push_back({"frame_address", record.frame->at.value, {}, stack_storage(record)});
        for (const trace::FrameField& field : record.frame->fields) {
            fields.push_back({"frame." + field.name,
                              field.value,
                              symbol_of(symbols_, field.value),
                              {frame_storage(record, field)}});
        }
    }
    add_points(record, fields);
    observation_.transitions.push_back(std::move(result));
}

}  // namespace ringside::check
