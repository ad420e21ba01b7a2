// SPDX-License-Identifier: MIT
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {

std::unique_ptr<Pipeline> Pipeline::make(Model model, Level level, std::uint64_t& clock) {
    const bool adds = level == Level::memory || (level == Level::pipe && model != Model::i386);
    return adds ? std::make_unique<Pipeline>(pipe_model_of(model), clock) : nullptr;
}

void Pipeline::issue(const Issue& issue, LinearAddress at, std::uint64_t now) {
    commit();
    if (model_) {
        // What a branch did is its own affair, whatever becomes of the instruction it led to.
        const std::uint64_t before = clock_;
        model_->arrive(at, *this);
        commit();
        model_->issue(issue, at, now + (clock_ - before), *this);
    }
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
    if (model_) {
        model_->restart();
    }
}

}  // namespace ringside::cpu::timing
