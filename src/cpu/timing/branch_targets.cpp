// SPDX-License-Identifier: MIT
#include "cpu/timing/branch_targets.hpp"

#include <algorithm>

namespace ringside::cpu::timing {

bool BranchTargets::resolve(LinearAddress branch, bool taken, LinearAddress target) {
    auto& set = entries_[branch.value % sets];
    const auto known = std::find_if(set.begin(), set.end(), [branch](const Entry& entry) {
        return entry.valid && entry.branch == branch;
    });
    ++uses_;
    if (known == set.end()) {
        if (taken) {
            // An empty entry was never used.
            Entry& oldest =
                *std::min_element(set.begin(), set.end(),
                                  [](const Entry& a, const Entry& b) { return a.used < b.used; });
            oldest = {true, strongly_taken, branch, target, uses_};
        }
        return taken;
    }
    const bool expected = known->counter >= 2;
    const bool wrong = expected != taken || (taken && known->target != target);
    if (taken) {
        known->counter = std::min<std::uint8_t>(known->counter + 1, strongly_taken);
        known->target = target;
    } else if (known->counter != 0) {
        --known->counter;
    }
    known->used = uses_;
    return wrong;
}

}  // namespace ringside::cpu::timing
