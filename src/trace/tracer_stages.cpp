// SPDX-License-Identifier: MIT
#include <algorithm>

#include "trace/caller.hpp"
#include "trace/tracer.hpp"

// What runs on the way: stubs, the stages of the kernel's code, the services.

namespace ringside::trace {
namespace {

/// The same as the frame's for entries that are no calls; what follows is the handler's.
constexpr std::string_view trap_stage = "trap";
/// No stage of a passage: from here on another thread runs.
constexpr std::string_view switch_stage = "switch";
/// Where a call without a gate ends.
constexpr std::string_view return_stage = "return";

}  // namespace

void Tracer::reached(LinearAddress address) {
    if (start_ && address == *start_) {
        active_ = true;
    }
    settle();
    if (const auto stub = stubs_.find(address.value); stub != stubs_.end()) {
        stub_begins(address, stub->second);
    }
    const auto [first, last] = stages_.equal_range(address.value);
    for (auto stage = first; stage != last; ++stage) {
        stage_begins(stage->second);
    }
}

void Tracer::stub_begins(LinearAddress at, const std::string& service) {
    constexpr std::uint32_t longest_stub = 64;
    InStub& stub = in_stub_[personality_.current_thread(machine_)];
    const bool is_inside = stub.service == service && at.value > stub.at.value &&
                           at.value - stub.at.value < longest_stub;
    if (!is_inside) {
        stub = {service, at, machine_.cpu().cycles(), RegisterSnapshot(machine_.cpu())};
    }
}

void Tracer::stage_begins(const guest::Stage& stage) {
    Passages& passages = this->passages();
    close_returned_callbacks(passages);
    if (stage.name == frame_stage && !passages.empty() &&
        (passages.back().record.kind == RecordKind::call || passages.back().record.frame)) {
        open_nested_call();  // a service or a handler calls a service
    }
    if (passages.empty()) {
        return;
    }
    if (stage.name == return_stage) {
        return_nested_call(passages);
        return;
    }
    if (stage.name == switch_stage) {
        return;
    }
    Record& record = passages.back().record;
    if (stage.name == trap_stage) {
        trap_frame_built(passages.back(), stage);
        return;
    }
    if (record.stage(stage.name) != nullptr) {
        return;  // restarted after a fault
    }
    const Cycles now = machine_.cpu().cycles();
    StageTime time{stage.name, stage.at, now, now, personality_.stage_details(machine_, stage), {}};
    const RegisterSnapshot registers(machine_.cpu());
    RegisterSnapshot& at_begin = passages.back().registers;
    if (stage.name == frame_stage) {
        record.kind = RecordKind::call;
        record.frame = read_frame(personality_.current_frame(machine_));
        const FrameField* const eip = record.frame ? record.frame->find("Eip") : nullptr;
        if (!record.entry && eip != nullptr) {
            const guest::SymbolTable& symbols = personality_.symbols();
            record.origin = symbols.describe(LinearAddress{eip->value});
            const auto place = symbols.place(LinearAddress{eip->value});
            record.module = place ? place->module : "";
            record.via = via::kernel;
        }
        time.begins = record.entry ? record.entry->clock_after : record.begins;
        time.changed = at_begin.changes_to(registers);
        at_begin = registers;
    } else if (!record.stages.empty()) {
        StageTime& previous = record.stages.back();
        if (previous.name == frame_stage) {
            time.begins = previous.ends;
        } else {
            previous.ends = now;
            previous.changed = at_begin.changes_to(registers);
            at_begin = registers;
        }
    }
    record.stages.push_back(std::move(time));
    passages.back().stage = stage.name == frame_stage ? after_frame_ : stage.name;
}

void Tracer::trap_frame_built(Open& passage, const guest::Stage& stage) {
    Record& record = passage.record;
    if (record.kind == RecordKind::call || record.frame || !record.entry) {
        return;
    }
    const auto details = personality_.stage_details(machine_, stage);
    const auto found = std::find_if(details.begin(), details.end(),
                                    [](const auto& detail) { return detail.name == "frame"; });
    if (found == details.end()) {
        return;
    }
    const Cycles now = machine_.cpu().cycles();
    record.frame = read_frame(LinearAddress{found->value});
    const RegisterSnapshot registers(machine_.cpu());
    record.stages.push_back({std::string(frame_stage),
                             stage.at,
                             record.entry->clock_after,
                             now,
                             {},
                             passage.registers.changes_to(registers)});
    record.stages.push_back({"handler", stage.at, now, now, {}, {}});
    passage.registers = registers;
    passage.stage = spot_stage::handler;
}

/// User code that the kernel called has returned: the call that it did so by goes no further, and
/// the stage that begins is the caller's.
void Tracer::close_returned_callbacks(Passages& passages) {
    const unsigned callbacks = personality_.callback_depth(machine_);
    while (!passages.empty() && callbacks < passages.back().callbacks) {
        Open last = std::move(passages.back());
        passages.pop_back();
        close(std::move(last));
    }
}

void Tracer::open_nested_call() {
    Record record;
    record.begins = machine_.cpu().cycles();
    record.eax = machine_.cpu().registers[cpu::GeneralRegister::eax];
    record.edx = machine_.cpu().registers[cpu::GeneralRegister::edx];
    open(std::move(record), after_frame_);
}

void Tracer::return_nested_call(Passages& passages) {
    if (passages.back().record.entry) {
        return;  // kernel code went there of its own accord
    }
    Open last = std::move(passages.back());
    passages.pop_back();
    last.record.returned = true;
    last.record.result = machine_.cpu().registers[cpu::GeneralRegister::eax];
    last.record.result_name = personality_.status_name(last.record.result);
    close(std::move(last));
}

void Tracer::service_begins(const guest::ServiceCall& call) {
    Passages& passages = this->passages();
    if (passages.empty() || passages.back().record.service) {
        return;
    }
    // A service that calls another's body directly: the passage is still the first one's.
    const std::uint32_t number = passages.back().record.eax;
    if (number != call.number && services_.contains(number) && services_.contains(call.number)) {
        return;
    }
    Service service;
    service.name = call.name;
    service.number = call.number;
    service.thread_id = call.thread_id;
    service.argument_bytes = call.argument_bytes;
    service.arguments = call.decoded;
    service.standing = call.standing;
    service.begins = machine_.cpu().cycles();
    passages.back().record.service = std::move(service);
}

void Tracer::service_ends(const guest::ServiceCall& call, const guest::ServiceResult& result) {
    Passages& passages = this->passages();
    for (auto open = passages.rbegin(); open != passages.rend(); ++open) {
        auto& service = open->record.service;
        if (service && service->name == call.name && !service->result) {
            service->result = result;
            return;
        }
    }
}

std::optional<Frame> Tracer::read_frame(std::optional<LinearAddress> at) const {
    if (!layout_ || !at) {
        return std::nullopt;
    }
    Frame frame{layout_->name, *at, {}};
    const std::uint32_t length = personality_.frame_length(machine_, *at);
    for (const guest::LayoutRow& row : layout_->rows) {
        if (row.offset >= length) {
            continue;
        }
        std::uint32_t value = 0;
        const auto size = std::min<std::uint32_t>(row.size, sizeof value);
        static_cast<void>(machine_.peek(*at + row.offset,
                                        std::as_writable_bytes(std::span(&value, 1)).first(size)));
        frame.fields.push_back({row.name, row.offset, size, value});
    }
    return frame;
}

}  // namespace ringside::trace
