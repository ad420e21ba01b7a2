// SPDX-License-Identifier: MIT
#include "cpu/privilege/watched.hpp"

#include "cpu/dispatch.hpp"

namespace ringside::cpu {

void Watched::begin(Cpu& cpu, TransitionKind kind, const Op* op) {
    Transition& t = record_.emplace();
    t.kind = kind;
    t.before = cpu.point();
    std::uint64_t tick = cpu.clock;
    if (op != nullptr) {
        t.before.eip = cpu.eip_of(op);
        tick += ticks_before(cpu, op);
    }
    t.clock_before = Cycles{tick / traits(cpu.model).ticks_per_clock};
}

void Watched::tell(Cpu& cpu) {
    record_->after = cpu.point();
    record_->clock_after = cpu.cycles();
    cpu.observer->transition(*record_);
}

}  // namespace ringside::cpu
