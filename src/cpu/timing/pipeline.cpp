// SPDX-License-Identifier: MIT
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {

std::unique_ptr<Pipeline> Pipeline::make(Model model, Level level, std::uint64_t& clock) {
    const bool adds = level == Level::memory || (level == Level::pipe && model != Model::i386);
    return adds ? std::make_unique<Pipeline>(clock) : nullptr;
}

void Pipeline::issue(const Issue& issue, LinearAddress at, std::uint64_t now) {
    static_cast<void>(issue);
    static_cast<void>(at);
    static_cast<void>(now);
    commit();
    ++issued_;
}

void Pipeline::take_back() {
    for (const Charge& charge : open_) {
        clock_ -= static_cast<std::uint64_t>(charge.ticks);
        subtotals_[charge.adder] -= charge.ticks;
    }
    open_.clear();
}

void Pipeline::restart() {
    commit();
}

}  // namespace ringside::cpu::timing
