// SPDX-License-Identifier: MIT
#include "cpu/assumed_clocks.hpp"

#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {

bool has_assumed_clocks(const Cpu& cpu) {
    if (cpu.level == timing::Level::count) {
        return false;
    }
    if (cpu.model >= Model::p6 || cpu.assumed_figures != 0) {
        return true;
    }
    if (!cpu.pipeline) {
        return false;
    }
    // Of the memory's parameters only the i486's page walks are printed, wait states and
    // misalignment apart.
    using timing::Adder;
    const timing::Subtotals& subtotals = cpu.pipeline->subtotals();
    return subtotals[Adder::cache] != 0 || subtotals[Adder::queue] != 0 ||
           (subtotals[Adder::tlb] != 0 && cpu.model != Model::i486);
}

}  // namespace ringside::cpu
