// SPDX-License-Identifier: MIT
#include "cpu/string.hpp"

#include "cpu/dispatch.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/run_time_clocks.hpp"

namespace ringside::cpu {

void stay_begun(Cpu& cpu) {
    if (cpu.memory) {
        cpu.memory->resume_fetch();
    }
    if ((cpu.system_flags & flag::tf) == 0) {
        cpu.system_flags |= flag::rf;
    }
}

bool settle_elements(Cpu& cpu, const Op* op, std::uint32_t done) {
    cpu.pipeline->commit();
    const std::uint64_t elements =
        op->formula == 0 ? 0 : cpu.clocks.formula(op->formula).ticks(done);
    return cpu.clock + ticks_before(cpu, op) + elements >= cpu.event_deadline;
}

}  // namespace ringside::cpu
