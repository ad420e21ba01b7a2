// SPDX-License-Identifier: MIT
#include "trace/tracer.hpp"

#include <utility>

#include <fmt/format.h>

#include "trace/hardware_frame.hpp"

namespace ringside::trace {

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

/// The innermost first.
void Tracer::close_all(Passages& passages) {
    while (!passages.empty()) {
        Open last = std::move(passages.back());
        passages.pop_back();
        close(std::move(last));
    }
}

void Tracer::port_message(const guest::PortMessage& message) {
    if (active_) {
        sink_.message({message.kind, message.port, message.code, std::string(message.text),
                       place(machine_.cpu().point()), machine_.cpu().cycles()});
    }
}

std::string Tracer::place(const cpu::ExecutionPoint& point) const {
    return personality_.symbols().describe(linear_address(machine_, point));
}

std::string Tracer::name_of_call(const Record& record) const {
    if (record.service) {
        return record.service->name;
    }
    const auto known = services_.find(record.eax);
    return known != services_.end() ? known->second : fmt::format("service 0x{:X}", record.eax);
}

}  // namespace ringside::trace
