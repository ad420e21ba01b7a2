// SPDX-License-Identifier: MIT
#include <utility>

#include "trace/call_stack.hpp"
#include "trace/caller.hpp"
#include "trace/gate.hpp"
#include "trace/hardware_frame.hpp"
#include "trace/tracer.hpp"

// What each crossing of a ring opens and closes.

namespace ringside::trace {
namespace {

/// A guest may nest entries without ever returning: the outermost are then given up.
constexpr std::size_t most_open = 64;
constexpr std::size_t most_callers = 3;

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
    record.gate = gate_of(machine_, transition);
    record.gate->target = place(transition.after);
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

}  // namespace ringside::trace
