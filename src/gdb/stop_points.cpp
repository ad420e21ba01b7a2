// SPDX-License-Identifier: MIT
#include "gdb/stop_points.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "cpu/cpu.hpp"
#include "gdb/stack_rules.hpp"

namespace ringside::gdb {
namespace {

constexpr std::size_t most_watches = 64;
constexpr std::uint32_t longest_watch = 0x10000;

/// The signal that a program of another system would have got.
unsigned signal_of(cpu::Vector vector) {
    using cpu::Vector;
    const auto is_one_of = [vector](std::initializer_list<Vector> vectors) {
        return std::find(vectors.begin(), vectors.end(), vector) != vectors.end();
    };
    if (is_one_of(
            {Vector::divide_error, Vector::overflow, Vector::x87_error, Vector::simd_error})) {
        return signal_number::arithmetic;
    }
    if (is_one_of({Vector::debug, Vector::breakpoint})) {
        return signal_number::trap;
    }
    return is_one_of({Vector::invalid_opcode, Vector::device_not_available})
               ? signal_number::illegal
               : signal_number::segment;
}

}  // namespace

LinearAddress place_of(const cpu::Cpu& cpu) {
    return LinearAddress{cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip};
}

StopPoints::StopPoints(guest::Machine& machine, guest::Personality& personality,
                       const snapshot::Timeline* timeline)
    : machine_(machine),
      personality_(personality),
      timeline_(timeline),
      memory_(machine, personality) {
    personality_.set_service_observer(this);
}

StopPoints::~StopPoints() {
    personality_.set_service_observer(nullptr);
    if (installed_) {
        machine_.observers().remove(*this);
    }
}

void StopPoints::add_breakpoint(LinearAddress at, bool hardware) {
    ++(hardware ? hardware_ : software_)[at.value];
}

void StopPoints::remove_breakpoint(LinearAddress at, bool hardware) {
    auto& points = hardware ? hardware_ : software_;
    if (const auto point = points.find(at.value); point != points.end() && --point->second == 0) {
        points.erase(point);
    }
}

bool StopPoints::add_watch(LinearAddress at, std::uint32_t length, Stop::Watch kind) {
    if (length == 0 || length > longest_watch || watches_.size() == most_watches) {
        return false;
    }
    watches_.push_back({at, length, kind, {}});
    changed_ = true;
    return true;
}

void StopPoints::remove_watch(LinearAddress at, std::uint32_t length, Stop::Watch kind) {
    const auto found = std::find_if(watches_.begin(), watches_.end(), [&](const Watched& watched) {
        return watched.at == at && watched.length == length && watched.kind == kind;
    });
    if (found != watches_.end()) {
        watches_.erase(found);
        changed_ = true;
    }
}

void StopPoints::catch_calls(std::optional<std::set<std::uint32_t>> numbers) {
    calls_ = std::move(numbers);
    in_call_.clear();
}

void StopPoints::clear() {
    software_.clear();
    hardware_.clear();
    watches_.clear();
    calls_.reset();
    catches_exceptions_ = false;
    changed_ = true;
}

void StopPoints::begin(Way way, std::optional<LinearAddress> extra) {
    way_ = way;
    stop_.reset();
    install(extra);
}

std::optional<Stop> StopPoints::take() {
    return std::exchange(stop_, std::nullopt);
}

/// Decoded blocks go with every change, so that what gdb takes away at each stop and puts back
/// before it goes on is compared first.
void StopPoints::install(std::optional<LinearAddress> extra) {
    std::set<std::uint32_t> probes;
    for (const auto* const points : {&software_, &hardware_}) {
        for (const auto& [address, count] : *points) {
            probes.insert(address);
        }
    }
    if (extra) {
        probes.insert(extra->value);
    }
    if (installed_ && !changed_ && probes == installed_probes_) {
        return;
    }
    std::vector<cpu::Watch> watches;
    for (const Watched& watched : watches_) {
        watches.push_back({.at = watched.at,
                           .length = watched.length,
                           .reads = watched.kind != Stop::Watch::write,
                           .writes = watched.kind != Stop::Watch::read});
    }
    if (installed_) {
        machine_.observers().remove(*this);
    }
    machine_.observers().add(*this, probes, guest::ControlFlow::ignored, std::move(watches));
    installed_ = true;
    installed_probes_ = std::move(probes);
    changed_ = false;
}

void StopPoints::stop(Stop stop) {
    // Backwards the last one counts.
    if (!stop_ || way_ == Way::back) {
        stop_ = std::move(stop);
    }
    machine_.stop();
}

void StopPoints::reached(LinearAddress address) {
    if (way_ == Way::step) {
        return;
    }
    Stop stop;
    stop.reason = software_.contains(address.value)   ? Stop::Reason::software_breakpoint
                  : hardware_.contains(address.value) ? Stop::Reason::hardware_breakpoint
                                                      : Stop::Reason::step;
    this->stop(std::move(stop));
}

void StopPoints::accessed(const cpu::MemoryAccess& access) {
    for (const Watched& watched : watches_) {
        const bool meant =
            access.write ? watched.kind != Stop::Watch::read : watched.kind != Stop::Watch::write;
        const bool meets = access.at.value - watched.at.value < watched.length ||
                           watched.at.value - access.at.value < access.size;
        if (meant && meets) {
            stop({.reason = Stop::Reason::watch, .watch = watched.kind, .address = watched.at});
            return;
        }
    }
}

void StopPoints::look_at_watches(bool compare) {
    for (Watched& watched : watches_) {
        if (watched.kind == Stop::Watch::read) {
            continue;
        }
        // Of a page that is not there yet it is what the page would hold.
        std::vector<std::byte> now = memory_.read(watched.at, watched.length);
        if (compare && now != watched.content) {
            stop({.reason = Stop::Reason::watch, .watch = watched.kind, .address = watched.at});
        }
        watched.content = std::move(now);
    }
}

bool StopPoints::is_deaf() const {
    return timeline_ != nullptr && timeline_->looking();
}

// What a service changes is told apart by looking in front of it and behind it, not by what was
// seen at an earlier stop: a run backwards comes by more than once.
void StopPoints::service_begins(const guest::ServiceCall&) {
    if (is_deaf()) {
        return;
    }
    look_at_watches(false);
    generation_ = personality_.symbols().generation();
}

void StopPoints::service_ends(const guest::ServiceCall&, const guest::ServiceResult&) {
    if (is_deaf()) {
        return;
    }
    look_at_watches(true);
    if (way_ != Way::back && personality_.symbols().generation() != generation_) {
        generation_ = personality_.symbols().generation();
        stop({.reason = Stop::Reason::library});
    }
}

void StopPoints::thread_ended(std::uint32_t thread_id) {
    in_call_.erase(thread_id);
}

/// The handler of a software interrupt that leads to where the frame of a call is complete.
bool StopPoints::is_call_handler(LinearAddress at) {
    if (const auto known = handlers_.find(at.value); known != handlers_.end()) {
        return known->second;
    }
    bool leads_there = false;
    for (const auto& [base, module] : personality_.symbols().modules()) {
        if (at - module.base >= module.size) {
            continue;
        }
        const guest::Module code{module.name, module.base, module.size, {}};
        const StackRules rules = stack_rules(
            code, {{.at = at}},
            [this](LinearAddress from, std::size_t length) { return memory_.read(from, length); });
        for (const guest::Stage& stage : personality_.stages()) {
            leads_there = leads_there ||
                          (stage.name == "frame" && rules.instructions.contains(stage.at.value));
        }
    }
    handlers_.emplace(at.value, leads_there);
    return leads_there;
}

void StopPoints::entered_kernel() {
    const std::uint32_t number = machine_.cpu().registers[cpu::GeneralRegister::eax];
    if (!calls_->empty() && !calls_->contains(number)) {
        return;
    }
    in_call_[personality_.current_thread(machine_)] = {number,
                                                       personality_.callback_depth(machine_)};
    stop({.reason = Stop::Reason::syscall_entry, .number = number});
}

void StopPoints::left_kernel() {
    const auto call = in_call_.find(personality_.current_thread(machine_));
    if (call == in_call_.end() || personality_.callback_depth(machine_) != call->second.callbacks) {
        return;
    }
    stop({.reason = Stop::Reason::syscall_return, .number = call->second.number});
    in_call_.erase(call);
}

void StopPoints::transition(const cpu::Transition& transition) {
    if (catches_exceptions_ && transition.kind == cpu::TransitionKind::exception) {
        stop({.reason = Stop::Reason::exception, .signal = signal_of(transition.vector)});
        return;
    }
    if (!calls_ || way_ != Way::forward) {
        return;
    }
    const bool inward = transition.before.cpl() == 3 && transition.after.cpl() == 0;
    if (inward && (transition.kind == cpu::TransitionKind::sysenter ||
                   (transition.kind == cpu::TransitionKind::software_interrupt &&
                    is_call_handler(place_of(machine_.cpu()))))) {
        entered_kernel();
    } else if (transition.before.cpl() == 0 && transition.after.cpl() == 3) {
        left_kernel();
    }
}

}  // namespace ringside::gdb
