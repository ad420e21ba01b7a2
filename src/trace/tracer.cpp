// SPDX-License-Identifier: MIT
#include "trace/tracer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trace/call_stack.hpp"
#include "trace/caller.hpp"
#include "trace/hardware_frame.hpp"

namespace ringside::trace {
namespace {

/// A guest may nest entries without ever returning: the outermost are then given up.
constexpr std::size_t most_open = 64;
constexpr std::size_t most_callers = 3;
/// The stage whose address says that the frame is complete.
constexpr std::string_view frame_stage = "frame";
/// The same for entries that are no calls; what follows is the handler's.
constexpr std::string_view trap_stage = "trap";
/// No stage of a passage: from here on another thread runs.
constexpr std::string_view switch_stage = "switch";
/// Where a call without a gate ends.
constexpr std::string_view return_stage = "return";

bool is_entry(cpu::TransitionKind kind) {
    switch (kind) {
        case cpu::TransitionKind::software_interrupt:
        case cpu::TransitionKind::exception:
        case cpu::TransitionKind::hardware_interrupt:
        case cpu::TransitionKind::sysenter:
        case cpu::TransitionKind::task_switch:
        case cpu::TransitionKind::gate_call:
        case cpu::TransitionKind::task_call: return true;
        case cpu::TransitionKind::interrupt_return:
        case cpu::TransitionKind::sysexit:
        case cpu::TransitionKind::far_return:
        case cpu::TransitionKind::task_jump:
        case cpu::TransitionKind::task_return: break;
    }
    return false;
}

RecordKind kind_of(cpu::TransitionKind kind) {
    switch (kind) {
        case cpu::TransitionKind::software_interrupt:
        case cpu::TransitionKind::sysenter:
        case cpu::TransitionKind::gate_call:
        case cpu::TransitionKind::task_call: return RecordKind::software_interrupt;
        case cpu::TransitionKind::hardware_interrupt: return RecordKind::interrupt;
        case cpu::TransitionKind::exception:
        case cpu::TransitionKind::task_switch:
        case cpu::TransitionKind::interrupt_return:
        case cpu::TransitionKind::sysexit:
        case cpu::TransitionKind::far_return:
        case cpu::TransitionKind::task_jump:
        case cpu::TransitionKind::task_return: break;
    }
    return RecordKind::exception;
}

}  // namespace

Tracer::Tracer(guest::Machine& machine, guest::Personality& personality, Sink& sink, bool startup,
               ClockObserver* clocks)
    : machine_(machine),
      personality_(personality),
      sink_(sink),
      accountant_(machine, clocks),
      thread_(personality.current_thread(machine)),
      ring_(machine.cpu().cpl) {
    find_stubs();
    bool follows_frame = false;
    for (guest::Stage& stage : personality.stages()) {
        if (std::exchange(follows_frame, stage.name == frame_stage)) {
            after_frame_ = stage.name;
        }
        const std::uint32_t at = stage.at.value;
        stages_.emplace(at, std::move(stage));
    }
    for (guest::ServiceEntry& service : personality.services()) {
        services_[service.number] = std::move(service.name);
    }
    for (guest::Layout& layout : personality.layouts()) {
        if (layout.name == personality.frame_layout()) {
            layout_ = std::move(layout);
        }
    }
    if (!startup) {
        start_ = personality.program_entry();
    }
    active_ = !start_;
    watch();
    personality.set_service_observer(this);
    personality.set_port_message_observer(this);
}

Tracer::~Tracer() {
    personality_.set_port_message_observer(nullptr);
    personality_.set_service_observer(nullptr);
    machine_.observers().remove(*this);
}

/// Asks for what it wants to be told of, and for nothing else.
void Tracer::watch() {
    std::set<std::uint32_t> probes;
    for (const auto& [at, stage] : stages_) {
        probes.insert(at);
    }
    for (const auto& [at, service] : stubs_) {
        probes.insert(at);
    }
    if (start_) {
        probes.insert(start_->value);
    }
    machine_.observers().remove(*this);
    machine_.observers().add(*this, std::move(probes));
}

void Tracer::find_stubs() {
    for (const auto& [base, module] : personality_.symbols().modules()) {
        for (const guest::ModuleSymbol& symbol : module.symbols) {
            const auto service = personality_.stub_of(module.name, symbol.name);
            if (service && !service->empty()) {
                stubs_.emplace(symbol.address.value, *service);
            }
        }
    }
}

Tracer::Passages& Tracer::passages() {
    const std::uint32_t last = std::exchange(thread_, personality_.current_thread(machine_));
    if (last != thread_) {
        suspend(last);
    }
    return open_[thread_];
}

void Tracer::suspend(std::uint32_t thread) {
    const auto found = open_.find(thread);
    if (found == open_.end()) {
        return;
    }
    for (Open& open : found->second) {
        Record& record = open.record;
        if (open.wanted && !open.told_suspended && record.service &&
            record.kind == RecordKind::call) {
            record.call_name = name_of_call(record);
            open.told_suspended = true;
            sink_.suspended(record);
        }
    }
}

Spot Tracer::spot() {
    Spot spot{.thread = thread_, .ring = ring_, .stage = spot_stage::user};
    Passages& passages = open_[thread_];
    if (ring_ != 3 && !passages.empty()) {
        spot.record = &passages.back().record;
        spot.stage = passages.back().stage;
    } else if (ring_ == 0) {
        spot.stage = spot_stage::kernel;
    }
    return spot;
}

void Tracer::settle(std::uint64_t tick) {
    accountant_.spend_until(spot(), tick);
}

/// The transition's own clocks, which are the last.
void Tracer::spend_on(const cpu::Transition& transition, Open* passage, std::string_view stage) {
    Spot gate{.thread = thread_, .ring = 0, .stage = stage, .transition = &transition};
    gate.record = passage != nullptr ? &passage->record : nullptr;
    accountant_.spend_until(gate, machine_.cpu().clock);
}

void Tracer::finish() {
    settle();
    personality_.set_port_message_observer(nullptr);  // what of a line was not told yet
    for (auto& [thread, passages] : open_) {
        close_all(passages);
    }
}

void Tracer::thread_ended(std::uint32_t thread_id) {
    settle();
    if (const auto found = open_.find(thread_id); found != open_.end()) {
        close_all(found->second);
        open_.erase(found);
    }
    in_stub_.erase(thread_id);
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

/// The innermost first.
void Tracer::close_all(Passages& passages) {
    while (!passages.empty()) {
        Open last = std::move(passages.back());
        passages.pop_back();
        close(std::move(last));
    }
}

void Tracer::transition(const cpu::Transition& transition) {
    const cpu::Cpu& cpu = machine_.cpu();
    const Cycles cost = transition.clock_after - transition.clock_before;
    settle(cpu.clock - cost.value * cpu::traits(cpu.model).ticks_per_clock);
    if (is_entry(transition.kind)) {
        enter(transition);
    } else {
        leave(transition);
    }
    ring_ = transition.after.cpl();
}

void Tracer::enter(const cpu::Transition& transition) {
    Record record;
    record.kind = kind_of(transition.kind);
    record.begins = transition.clock_before;
    record.entry = transition;
    record.gate = gate_of(transition);
    record.origin = place(transition.before);
    if (!layout_) {
        record.frame = hardware_frame(machine_, transition, record.gate->type);
    }
    describe_caller(record, transition);
    record.eax = machine_.cpu().registers[cpu::GeneralRegister::eax];
    record.edx = machine_.cpu().registers[cpu::GeneralRegister::edx];
    open(std::move(record), after_frame_.empty() ? spot_stage::handler : frame_stage);
    spend_on(transition, &open_[thread_].back(), spot_stage::gate);
    if (active_) {
        sink_.entered(open_[thread_].back().record);
    }
}

void Tracer::describe_caller(Record& record, const cpu::Transition& transition) {
    const guest::SymbolTable& symbols = personality_.symbols();
    const std::uint32_t thread = personality_.current_thread(machine_);
    const auto stub = in_stub_.extract(thread);
    if (record.kind != RecordKind::software_interrupt) {
        const auto place = symbols.place(linear_address(machine_, transition.before));
        record.module = place ? place->module : "";
        return;
    }
    const auto returns = callers(machine_, symbols, transition.before, most_callers);
    for (const LinearAddress at : returns) {
        record.callers.push_back(symbols.describe(at));
    }
    Caller caller = caller_of(machine_, personality_, transition.before, returns);
    record.module = std::move(caller.module);
    record.modules = std::move(caller.modules);
    record.via = std::move(caller.via);
    if (stub && stub.mapped().service == caller.stub) {
        const InStub& begin = stub.mapped();
        RegisterSnapshot now(machine_.cpu());
        now.take_back(transition);
        record.stub = StageTime{"stub",       begin.at,
                                begin.begins, transition.clock_before,
                                {},           begin.registers.changes_to(now)};
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

void Tracer::open(Record record, std::string_view stage) {
    Passages& passages = this->passages();
    if (passages.size() >= most_open) {
        Open outermost = std::move(passages.front());
        passages.erase(passages.begin());
        close(std::move(outermost));
    }
    record.thread = thread_;
    record.depth = static_cast<unsigned>(passages.size());
    record.number = active_ ? ++count_ : 0;
    passages.push_back({std::move(record), std::string(stage), active_,
                        personality_.callback_depth(machine_), RegisterSnapshot(machine_.cpu())});
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

void Tracer::leave(const cpu::Transition& transition) {
    const unsigned to = transition.after.cpl();
    const unsigned callbacks = personality_.callback_depth(machine_);
    Passages& passages = this->passages();
    while (!passages.empty()) {
        const auto& entry = passages.back().record.entry;
        const unsigned from = entry ? entry->before.cpl() : 0;
        if (from > to) {  // kernel code jumps by IRET; the passage goes on
            spend_on(transition, &passages.back(), spot_stage::way_out);
            return;
        }
        if (to == 3 && callbacks > passages.back().callbacks) {  // the kernel calls user code
            spend_on(transition, &passages.back(), spot_stage::way_out);
            dispatch(transition);
            return;
        }
        const bool returned_from_callback = callbacks < passages.back().callbacks;
        Open last = std::move(passages.back());
        passages.pop_back();
        if (from == to && entry && !returned_from_callback) {
            last.record.exit = transition;
            spend_on(transition, &last, spot_stage::way_out);
            close(std::move(last));
            return;
        }
        // Kernel work that a direct return to ring 3, or to the caller of a callback, left behind.
        close(std::move(last));
    }
    spend_on(transition, nullptr, spot_stage::way_out);
    if (to == 3) {
        dispatch(transition);
    }
}

void Tracer::close(Open open) {
    Record& record = open.record;
    const Cycles now = machine_.cpu().cycles();
    record.ends = record.exit ? record.exit->clock_after : now;
    if (!record.stages.empty() && record.stages.back().name != frame_stage) {
        StageTime& last = record.stages.back();
        last.ends = record.exit ? record.exit->clock_before : now;
        RegisterSnapshot registers(machine_.cpu());
        if (record.exit) {
            registers.take_back(*record.exit);
        }
        // Of what never came back, the registers are somebody else's by now.
        if (record.exit || record.returned) {
            last.changed = open.registers.changes_to(registers);
        }
    }
    if (record.kind == RecordKind::call) {
        record.call_name = name_of_call(record);
    } else {
        record.via.clear();
    }
    std::optional<cpu::Transition> landed_elsewhere;
    if (record.exit) {
        const cpu::ExecutionPoint& after = record.exit->after;
        record.landing = place(after);
        record.result = machine_.cpu().registers[cpu::GeneralRegister::eax];
        record.result_name = personality_.status_name(record.result);
        const auto pushed = record.frame ? record.frame->return_eip() : std::nullopt;
        if (pushed) {
            record.diverted = after.eip != *pushed;
        } else if (record.kind != RecordKind::software_interrupt) {
            record.diverted = after.eip != record.entry->before.eip;
        }
        if (record.diverted && after.cpl() == 3 && record.kind == RecordKind::call) {
            landed_elsewhere = record.exit;
        }
    }
    if (open.wanted) {
        sink_.record(record);
        if (landed_elsewhere) {
            dispatch(*landed_elsewhere);
        }
    }
}

void Tracer::dispatch(const cpu::Transition& transition) {
    if (!active_) {
        return;
    }
    Record record;
    record.kind = RecordKind::dispatch;
    record.depth = static_cast<unsigned>(passages().size());
    record.thread = thread_;
    record.number = ++count_;
    record.begins = transition.clock_before;
    record.ends = transition.clock_after;
    record.exit = transition;
    record.diverted = true;
    record.landing = place(transition.after);
    const auto at = personality_.symbols().place(linear_address(machine_, transition.after));
    record.module = at ? at->module : "";
    sink_.record(record);
}

void Tracer::port_message(const guest::PortMessage& message) {
    if (active_) {
        sink_.message({message.kind, message.port, message.code, std::string(message.text),
                       place(machine_.cpu().point()), machine_.cpu().cycles()});
    }
}

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

Gate Tracer::gate_of(const cpu::Transition& transition) const {
    const cpu::Cpu& cpu = machine_.cpu();
    Gate gate;
    if (transition.kind == cpu::TransitionKind::sysenter) {
        gate.door = Door::sysenter;
        gate.selector = cpu::Selector{static_cast<std::uint16_t>(cpu.sysenter_cs)};
        gate.offset = cpu.sysenter_eip;
        gate.stack = cpu.sysenter_esp;
        gate.stack_selector = transition.after.ss;
        gate.switches_stack = true;
    } else if (transition.kind == cpu::TransitionKind::gate_call ||
               transition.kind == cpu::TransitionKind::task_call) {
        gate.door = Door::far_call;
        gate.selector = transition.after.cs;
        gate.offset = transition.after.eip;
        gate.type = transition.kind == cpu::TransitionKind::gate_call ? "call gate" : "task";
        gate.stack = transition.after.esp;
        gate.stack_selector = transition.after.ss;
        gate.switches_stack = true;
    } else {
        read_gate(machine_, transition.vector, gate);
        gate.switches_stack = transition.after.cpl() < transition.before.cpl();
        // The TSS as it is after the switch; the CPU has not changed it on the way.
        const std::uint32_t slot = 4 + 8 * transition.after.cpl();
        gate.stack_slot = cpu.tr.base + slot;
        gate.stack = machine_.peek<std::uint32_t>(*gate.stack_slot).value_or(0);
        gate.stack_selector =
            cpu::Selector{machine_.peek<std::uint16_t>(cpu.tr.base + slot + 4).value_or(0)};
    }
    gate.target = place(transition.after);
    return gate;
}

std::string Tracer::place(const cpu::ExecutionPoint& point) const {
    return personality_.symbols().describe(linear_address(machine_, point));
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

std::string Tracer::name_of_call(const Record& record) const {
    if (record.service) {
        return record.service->name;
    }
    const auto known = services_.find(record.eax);
    return known != services_.end() ? known->second : fmt::format("service 0x{:X}", record.eax);
}

}  // namespace ringside::trace
