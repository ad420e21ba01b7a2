// SPDX-License-Identifier: MIT
#include "base/archive.hpp"
#include "cpu/timing/branch_targets.hpp"
#include "cpu/timing/pipe_i486.hpp"
#include "cpu/timing/pipe_p6.hpp"
#include "cpu/timing/pipe_pentium.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {

static void persist(Archive& archive, Issue& issue) {
    auto& [length, reads, writes, partly_writes, address, stack, pairing, transfer, leads_back,
           displacement_and_immediate, prefixed, locked, prefix_ticks, figure] = issue;
    persist_all(archive, length, reads, writes, partly_writes, address, stack, pairing, transfer,
                leads_back, displacement_and_immediate, prefixed, locked, prefix_ticks, figure);
}

void BranchTargets::persist(Archive& archive) {
    for (auto& set : entries_) {
        for (Entry& entry : set) {
            auto& [valid, counter, branch, target, used] = entry;
            persist_all(archive, valid, counter, branch, target, used);
        }
    }
    archive.number(uses_);
}

void PipeI486::persist(Archive& archive) {
    persist_all(archive, last_, front_, written_, partly_written_);
}

void PipePentium::persist(Archive& archive) {
    persist_all(archive, last_, front_, targets_, u_, v_is_free_, stalled_, last_in_v_, written_,
                written_before_);
}

void PipeP6::persist(Archive& archive) {
    ringside::persist(archive, last_);
    for (auto& set : entries_) {
        for (Entry& entry : set) {
            auto& [valid, history, counters, branch, target, used] = entry;
            ringside::persist(archive, valid);
            archive.below(history, histories);
            persist_all(archive, counters, branch, target, used);
        }
    }
    persist_all(archive, uses_, return_stack_);
    archive.below(return_top_, returns);
}

void Pipeline::persist(Archive& archive) {
    archive.mark("Pipe");
    persist_all(archive, issued_, subtotals_);
    const std::size_t open = archive.length(open_.size());
    open_.resize(open);
    for (auto& [adder, ticks] : open_) {
        archive.below(adder, adder_count);
        archive.number(ticks);
    }
    if (model_) {
        model_->persist(archive);
    }
}

}  // namespace ringside::cpu::timing
