// SPDX-License-Identifier: MIT
#include "cpu/timing/pipe_i486.hpp"

#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {

void PipeI486::arrive(LinearAddress at, Pipeline&) {
    if (last_.taken(at)) {
        restart();
    }
}

void PipeI486::issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) {
    const std::uint8_t needed = addressing(issue);
    std::int64_t stall = 0;
    if ((needed & written_) != 0) {
        // A byte has to be merged with the rest of its register first.
        stall = (needed & partly_written_) != 0 ? 2 : 1;
        into.charge(Adder::agi, stall);
    }
    const std::int64_t hidden = front_.hidden(issue, now);
    if (hidden != 0) {
        into.charge(Adder::prefix, -hidden);
    }
    front_.begin(now, stall + issue.prefix_ticks - hidden);
    last_.note(issue, at);
    written_ = issue.writes;
    partly_written_ = issue.partly_writes;
}

void PipeI486::restart() {
    last_.clear();
    front_.restart();
    written_ = 0;
    partly_written_ = 0;
}

}  // namespace ringside::cpu::timing
