// SPDX-License-Identifier: MIT
#include "cpu/timing/pipe_p6.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "cpu/timing/p6_parameters.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {
namespace {

constexpr std::uint8_t weakly_taken = 2;
constexpr std::uint8_t strongly_taken = 3;

std::uint32_t penalty() {
    const auto clocks = P6Parameters::embedded().value("branch_mispredict");
    ensure(clocks.has_value(), "p6_parameters.tsv: branch_mispredict");
    return *clocks * static_cast<std::uint32_t>(traits(Model::p6).ticks_per_clock);
}

}  // namespace

PipeP6::PipeP6() : penalty_(penalty()) {}

PipeP6::Entry& PipeP6::entry_for(LinearAddress branch, bool& known) {
    auto& set = entries_[branch.value % sets];
    const auto found = std::find_if(set.begin(), set.end(), [branch](const Entry& entry) {
        return entry.valid && entry.branch == branch;
    });
    known = found != set.end();
    return known ? *found
                 : *std::min_element(set.begin(), set.end(), [](const Entry& a, const Entry& b) {
                       return a.used < b.used;
                   });
}

bool PipeP6::wrong_unknown(bool taken) const {
    if (last_.transfer() == Transfer::conditional) {
        return taken != last_.leads_back();
    }
    return last_.transfer() == Transfer::indirect || last_.transfer() == Transfer::indirect_call;
}

bool PipeP6::wrong_return(LinearAddress at) {
    return_top_ = (return_top_ + returns - 1) % returns;
    return return_stack_.at(return_top_) != at;
}

bool PipeP6::wrong(LinearAddress at) {
    if (last_.transfer() == Transfer::near_return) {
        return wrong_return(at);
    }
    if (last_.transfer() == Transfer::direct_call || last_.transfer() == Transfer::indirect_call) {
        return_stack_.at(return_top_) = last_.behind();
        return_top_ = (return_top_ + 1) % returns;
    }
    const bool taken = last_.taken(at);
    bool known = false;
    Entry& entry = entry_for(last_.branch(), known);
    ++uses_;
    if (!known) {
        const bool missed = wrong_unknown(taken);
        if (taken) {
            entry = {true, 0, {}, last_.branch(), at, uses_};
            entry.counters.fill(weakly_taken);
        }
        return missed;
    }
    std::uint8_t& counter = entry.counters.at(entry.history);
    const bool expected = last_.transfer() != Transfer::conditional || counter >= weakly_taken;
    const bool missed = expected != taken || (taken && entry.target != at);
    if (taken) {
        counter = std::min<std::uint8_t>(counter + 1, strongly_taken);
        entry.target = at;
    } else if (counter != 0) {
        --counter;
    }
    entry.history = static_cast<std::uint8_t>(((entry.history << 1) | (taken ? 1 : 0)) %
                                              static_cast<int>(histories));
    entry.used = uses_;
    return missed;
}

void PipeP6::arrive(LinearAddress at, Pipeline& into) {
    if (last_.is_branch() && wrong(at)) {
        into.charge(Adder::branch, penalty_);
    }
    last_.clear();
}

void PipeP6::issue(const Issue& issue, LinearAddress at, std::uint64_t, Pipeline&) {
    last_.note(issue, at);
}

}  // namespace ringside::cpu::timing
