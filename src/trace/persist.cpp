// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/archive.hpp"
#include "trace/tracer.hpp"

namespace ringside::trace {
namespace {

/// Records point to names that live as long as the program; of another process's the tracer keeps
/// its own.
class TraceArchive : public Archive {
  public:
    TraceArchive(Archive&& rest, std::set<std::string>& names)
        : Archive(std::move(rest)), names_(names) {}

    void name(std::string_view& view) {
        std::string text(view);
        persist_all(*this, text);
        if (loading()) {
            view = *names_.insert(std::move(text)).first;
        }
    }

  private:
    std::set<std::string>& names_;
};

}  // namespace
}  // namespace ringside::trace

namespace ringside::cpu {

static void persist(Archive& archive, Selector& selector) {
    std::uint16_t value = selector.value();
    archive.number(value);
    selector = Selector{value};
}

static void persist(Archive& archive, ExecutionPoint& point) {
    auto& [cs, eip, eflags, ss, esp, ring] = point;
    persist_all(archive, cs, eip, eflags, ss, esp);
    archive.below(ring, 4);
}

static void persist(Archive& archive, Transition& transition) {
    auto& [kind, vector, has_error_code, error_code, page_fault_address, before, after,
           clock_before, clock_after] = transition;
    archive.below(kind, 12);
    persist_all(archive, vector, has_error_code, error_code, page_fault_address, before, after,
                clock_before, clock_after);
}

}  // namespace ringside::cpu

namespace ringside::guest {

static void persist(Archive& archive, StageDetail& detail) {
    auto& [name, value, text] = detail;
    persist_all(archive, name, value, text);
}

static void persist(Archive& archive, ServiceArgument& argument) {
    auto& [name, value, text] = argument;
    persist_all(archive, name, value, text);
}

static void persist(Archive& archive, ServiceResult& result) {
    auto& [status, status_name, outputs] = result;
    persist_all(archive, status, status_name, outputs);
}

}  // namespace ringside::guest

namespace ringside::trace {

static void persist(TraceArchive& archive, Gate& gate) {
    auto& [door, entry, selector, offset, target, type, dpl, stack, stack_selector, stack_slot,
           switches_stack] = gate;
    archive.below(door, 3);
    persist_all(archive, entry, selector, offset, target);
    archive.name(type);
    persist_all(archive, dpl, stack, stack_selector, stack_slot, switches_stack);
}

static void persist(Archive& archive, FrameField& field) {
    auto& [name, offset, size, value] = field;
    persist_all(archive, name, offset, size, value);
}

static void persist(Archive& archive, Frame& frame) {
    auto& [layout, at, fields] = frame;
    persist_all(archive, layout, at, fields);
}

static void persist(TraceArchive& archive, RegisterChange& change) {
    auto& [name, before, after] = change;
    archive.name(name);
    persist_all(archive, before, after);
}

static void persist(TraceArchive& archive, StageTime& stage) {
    auto& [name, at, begins, ends, details, changed] = stage;
    persist_all(archive, name, at, begins, ends, details, changed);
}

static void persist(Archive& archive, StageCost& cost) {
    auto& [name, clocks] = cost;
    persist_all(archive, name, clocks);
}

static void persist(TraceArchive& archive, Service& service) {
    auto& [name, number, thread_id, argument_bytes, arguments, standing, begins, result] = service;
    persist_all(archive, name, number, thread_id, argument_bytes, arguments);
    archive.below(standing.state, guest::service_state_words.size());
    archive.name(standing.note);
    persist_all(archive, begins, result);
}

static void persist(TraceArchive& archive, Record& record) {
    auto& [kind, number, thread, depth, begins, ends, entry, gate, origin, callers, module, via,
           modules, stub, eax, edx, frame, stages, costs, service, returned, exit, landing,
           diverted, result, result_name, call_name] = record;
    archive.below(kind, 5);
    persist_all(archive, number, thread, depth, begins, ends, entry, gate, origin, callers, module,
                via, modules, stub, eax, edx, frame, stages, costs, service, returned, exit,
                landing, diverted, result, result_name, call_name);
}

template <typename A>
void Tracer::Open::persist(A& archive) {
    auto& [passage, its_stage, is_wanted, its_callbacks, its_registers, told] = *this;
    persist_all(archive, passage, its_stage, is_wanted, its_callbacks, its_registers, told);
    // Whoever entered the kernel by a gate has an entry, and only a call may be without.
    archive.require(record.entry.has_value() || record.kind == RecordKind::call,
                    "a passage has no entry");
}

template <typename A>
void Tracer::InStub::persist(A& archive) {
    auto& [its_service, place, its_begin, its_registers] = *this;
    persist_all(archive, its_service, place, its_begin, its_registers);
}

void Tracer::persist(Archive& archive) {
    archive.mark("Trace");
    TraceArchive trace(std::move(archive), loaded_names_);
    persist_all(trace, stubs_, in_stub_, active_, open_, count_, accountant_, thread_);
    trace.below(ring_, 4);
    archive = std::move(static_cast<Archive&>(trace));
    if (archive.loading()) {
        watch();  // stubs of libraries that came later were not known where the trace began
    }
}

}  // namespace ringside::trace
