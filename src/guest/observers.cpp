// SPDX-License-Identifier: MIT
#include "guest/observers.hpp"

#include <algorithm>
#include <utility>

#include "cpu/decode/block.hpp"

namespace ringside::guest {

void Observers::add(cpu::CpuObserver& observer, std::set<std::uint32_t> probes, ControlFlow flow,
                    std::vector<cpu::Watch> watches) {
    if (passed_ && probes.contains(passed_->value)) {
        passed_.reset();  // that was for a probe that has gone since
    }
    entries_.push_back({&observer, std::move(probes), flow, std::move(watches), false});
    install();
}

void Observers::remove(const cpu::CpuObserver& observer) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.observer == &observer; });
    install();
}

void Observers::set_deaf(bool deaf) {
    for (Entry& entry : entries_) {
        entry.deaf = deaf;
    }
}

void Observers::install() {
    std::set<std::uint32_t> probes;
    std::vector<cpu::Watch> watches;
    for (const Entry& entry : entries_) {
        probes.insert(entry.probes.begin(), entry.probes.end());
        watches.insert(watches.end(), entry.watches.begin(), entry.watches.end());
    }
    cpu_.observer = entries_.empty() ? nullptr : this;
    cpu_.set_watches(std::move(watches));
    cpu_.blocks->set_probes(std::move(probes));
    cpu_.blocks->set_follows_flow(
        std::any_of(entries_.begin(), entries_.end(),
                    [](const Entry& entry) { return entry.flow == ControlFlow::followed; }));
}

void Observers::transition(const cpu::Transition& transition) {
    for (const Entry& entry : entries_) {
        if (!entry.deaf) {
            entry.observer->transition(transition);
        }
    }
}

void Observers::reached(LinearAddress address) {
    if (passed_ == address) {
        passed_.reset();
        return;
    }
    for (const Entry& entry : entries_) {
        if (!entry.deaf && entry.probes.contains(address.value)) {
            entry.observer->reached(address);
        }
    }
}

void Observers::accessed(const cpu::MemoryAccess& access) {
    for (const Entry& entry : entries_) {
        const bool wanted =
            std::any_of(entry.watches.begin(), entry.watches.end(),
                        [&](const cpu::Watch& watch) { return watch.covers(access); });
        if (wanted && !entry.deaf) {
            entry.observer->accessed(access);
        }
    }
}

void Observers::flow(cpu::Flow point, LinearAddress address) {
    for (const Entry& entry : entries_) {
        if (!entry.deaf && entry.flow == ControlFlow::followed) {
            entry.observer->flow(point, address);
        }
    }
}

bool Observers::divides(LinearAddress address) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.flow == ControlFlow::followed && entry.observer->divides(address);
    });
}

}  // namespace ringside::guest
