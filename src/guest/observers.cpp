// SPDX-License-Identifier: MIT
#include "guest/observers.hpp"

#include <utility>

#include "cpu/decode/block.hpp"

namespace ringside::guest {

void Observers::add(cpu::CpuObserver& observer, std::set<std::uint32_t> probes) {
    entries_.push_back({&observer, std::move(probes)});
    install();
}

void Observers::remove(const cpu::CpuObserver& observer) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.observer == &observer; });
    install();
}

void Observers::install() {
    std::set<std::uint32_t> probes;
    for (const Entry& entry : entries_) {
        probes.insert(entry.probes.begin(), entry.probes.end());
    }
    cpu_.observer = entries_.empty() ? nullptr : this;
    cpu_.blocks->set_probes(std::move(probes));
}

void Observers::transition(const cpu::Transition& transition) {
    for (const Entry& entry : entries_) {
        entry.observer->transition(transition);
    }
}

void Observers::reached(LinearAddress address) {
    for (const Entry& entry : entries_) {
        if (entry.probes.contains(address.value)) {
            entry.observer->reached(address);
        }
    }
}

}  // namespace ringside::guest
