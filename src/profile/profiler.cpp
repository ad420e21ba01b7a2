// SPDX-License-Identifier: MIT
#include "profile/profiler.hpp"

#include <utility>

#include <fmt/format.h>

#include "trace/hardware_frame.hpp"
#include "trace/words.hpp"

namespace ringside::profile {
namespace {

/// A guest may write code without end; what is forgotten is looked up again.
constexpr std::size_t most_places = 1U << 20;

std::string kind_of(const cpu::Transition& transition) {
    return trace::entry_word(transition);
}

}  // namespace

Profiler::Profiler(guest::Machine& machine, guest::Personality& personality)
    : machine_(machine),
      personality_(personality),
      names_{""},
      tracer_(machine, personality, *this, true, this) {
    numbers_[""] = 0;
    machine.observers().add(*this, {}, guest::ControlFlow::followed);
}

Profiler::~Profiler() {
    machine_.observers().remove(*this);
}

CallStack& Profiler::stack(std::uint32_t thread) {
    return stacks_.try_emplace(thread, tree_).first->second;
}

std::uint32_t Profiler::number_of(std::string_view name) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) {
        return known->second;
    }
    names_.emplace_back(name);
    return numbers_[std::string(name)] = static_cast<std::uint32_t>(names_.size() - 1);
}

bool Profiler::divides(LinearAddress address) const {
    const auto place = personality_.symbols().place(address);
    return place && place->offset == 0;
}

Place Profiler::place_of(LinearAddress address) {
    const guest::SymbolTable& symbols = personality_.symbols();
    if (places_of_ != symbols.generation() || places_.size() >= most_places) {
        places_.clear();
        places_of_ = symbols.generation();
    }
    const auto [known, is_new] = places_.try_emplace(address.value);
    if (is_new) {
        const auto place = symbols.place(address);
        const bool named = place && !place->symbol.empty();
        known->second.function =
            tree_.function(place ? place->module : "", named ? place->symbol : "?");
        known->second.is_entry = named && place->offset == 0;
    }
    return known->second;
}

void Profiler::flow(cpu::Flow point, LinearAddress address) {
    const cpu::Cpu& cpu = machine_.cpu();
    const std::uint32_t esp = cpu.registers[cpu::GeneralRegister::esp];
    if (point == cpu::Flow::block) {
        arrive(address, esp, cpu.cpl);
    } else {
        coming_ = point == cpu::Flow::call ? Arrival::call : Arrival::ret;
        from_ = address;
        from_esp_ = esp;
    }
}

void Profiler::arrive(LinearAddress address, std::uint32_t esp, unsigned ring) {
    const Arrival how = std::exchange(coming_, Arrival::jump);
    const Place place = place_of(address);
    CallStack& stack = this->stack(tracer_.thread());
    if (how == Arrival::jump && stack.is_in(place.function)) {
        return;
    }
    tracer_.settle();
    // A kernel that changes stacks jumps with the ESP of another thread; programs unwind.
    stack.arrive(how, place, esp, ring == 3);
}

void Profiler::enter_gate(const trace::Spot& spot) {
    const cpu::Transition& entry = *spot.transition;
    const LinearAddress at = trace::linear_address(machine_, entry.before);
    // An interrupt may come between a CALL and its target; a fault may be the CALL's own.
    if (coming_ != Arrival::jump && (at != from_ || entry.before.esp != from_esp_)) {
        arrive(at, entry.before.esp, entry.before.cpl());
    }
    coming_ = Arrival::jump;
    stack(spot.thread)
        .enter_gate(tree_.function("", fmt::format("[{}]", kind_of(entry))), entry.clock_before);
}

void Profiler::spent(const trace::Spot& spot, std::uint64_t ticks) {
    Key key;
    key.passage = spot.record != nullptr ? spot.record->number : 0;
    key.stage = number_of(spot.stage);
    if (spot.transition != nullptr) {
        const bool enters = spot.stage == trace::spot_stage::gate;
        if (enters) {
            enter_gate(spot);
        }
        coming_ = Arrival::jump;
        const std::string kind = kind_of(*spot.transition);
        ++transitions_[kind];
        key.kind = number_of(kind);
        key.where = number_of("transitions");
        key.node = stack(spot.thread).gate();
    } else {
        key.node = stack(spot.thread).node();
        if (spot.stage == trace::spot_stage::idle) {
            key.where = number_of("idle");
            key.node = tree_.child(key.node, tree_.function("", "[idle]"));
        } else if (spot.stage == trace::spot_stage::body) {
            key.where = number_of("service body");
            key.node = tree_.child(key.node, tree_.function("", "[service body]"));
        } else {
            key.where = number_of(fmt::format("ring {}", spot.ring));
        }
    }
    (key.passage != 0 ? open_ : closed_)[key] += ticks;
}

void Profiler::record(const trace::Record& record) {
    if (record.kind == trace::RecordKind::dispatch) {
        return;
    }
    if (record.entry) {
        stack(record.thread).leave_gate(record.begins);
    }
    const bool is_call = record.kind == trace::RecordKind::call;
    const std::string name = is_call ? record.call_name : kind_of(*record.entry);
    ++services_[name];
    const std::uint32_t service = number_of(name);
    const auto first = open_.lower_bound({.passage = record.number});
    const auto last = open_.lower_bound({.passage = record.number + 1});
    for (auto cell = first; cell != last; ++cell) {
        Key key = cell->first;
        key.passage = 0;
        key.service = service;
        if (!is_call) {
            key.stage = number_of(fmt::format("trap {}", names_[key.stage]));
        }
        closed_[key] += cell->second;
    }
    open_.erase(first, last);
}

/// The stage for a reader; the code of a stub says itself for which service it is.
std::string Profiler::stage_of(const Key& key, std::string& service) const {
    const std::string& stage = names_[key.stage];
    if (stage != trace::spot_stage::user) {
        return stage;
    }
    NodeId node = key.node;
    const auto stub = [&] {
        const Function& function = tree_.function_of(node);
        return personality_.stub_of(function.module, function.name);
    };
    auto named = stub();
    if (!named) {
        return "program";
    }
    // Shared code, such as KiFastSystemCall, works for the stub that called it.
    while (named && named->empty() && node != CallTree::root) {
        node = tree_.nodes()[node].parent;
        named = stub();
    }
    service = named.value_or("");
    return "stub";
}

std::vector<Entry> Profiler::entries() const {
    const std::uint64_t ticks_per_clock = cpu::traits(machine_.cpu().model).ticks_per_clock;
    std::vector<Entry> result;
    // Whole clocks of a running sum: no entry is off by one or more, and the total is exact.
    std::uint64_t sum = 0;
    for (const auto& [key, ticks] : closed_) {
        Entry entry;
        entry.node = key.node;
        entry.where = names_[key.where];
        entry.kind = names_[key.kind];
        entry.service = names_[key.service];
        entry.stage = stage_of(key, entry.service);
        entry.clocks = {(sum + ticks) / ticks_per_clock - sum / ticks_per_clock};
        sum += ticks;
        result.push_back(std::move(entry));
    }
    return result;
}

Profile Profiler::finish() {
    tracer_.finish();
    Profile profile;
    profile.entries = entries();
    profile.tree = std::move(tree_);
    profile.transitions = std::move(transitions_);
    profile.services = std::move(services_);
    profile.total = machine_.cpu().cycles();
    return profile;
}

}  // namespace ringside::profile
