// SPDX-License-Identifier: MIT
#include "profile/profile.hpp"

#include <algorithm>

namespace ringside::profile {
namespace {

/// The most clocks first, and names where they are equal: no order depends on the run's history.
template <typename Rows, typename Clocks>
void sort(Rows& rows, const Clocks& clocks) {
    std::sort(rows.begin(), rows.end(), [&clocks](const auto& a, const auto& b) {
        return clocks(a) != clocks(b) ? clocks(a) > clocks(b) : a.name < b.name;
    });
}

/// Whether a caller of the node is the same function.
bool is_recursion(const CallTree& tree, NodeId node) {
    const FunctionId function = tree.nodes()[node].function;
    for (NodeId at = node; at != CallTree::root;) {
        at = tree.nodes()[at].parent;
        if (at != CallTree::root && tree.nodes()[at].function == function) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::vector<Row> sums(const Profile& profile,
                      const std::function<std::string_view(const Entry&)>& name) {
    std::map<std::string_view, Cycles> clocks;
    for (const Entry& entry : profile.entries) {
        Cycles& sum = clocks[name(entry)];
        sum = sum + entry.clocks;
    }
    std::vector<Row> rows;
    for (const auto& [key, sum] : clocks) {
        rows.push_back({std::string(key), 0, sum});
    }
    sort(rows, [](const Row& row) { return row.clocks; });
    return rows;
}

std::vector<Cycles> self_clocks(const Profile& profile) {
    std::vector<Cycles> self(profile.tree.nodes().size());
    for (const Entry& entry : profile.entries) {
        self[entry.node] = self[entry.node] + entry.clocks;
    }
    return self;
}

std::vector<Cycles> inclusive_clocks(const Profile& profile) {
    std::vector<Cycles> sums = self_clocks(profile);
    // A node is younger than its parent.
    for (std::size_t i = sums.size(); i-- > 1;) {
        Cycles& parent = sums[profile.tree.nodes()[i].parent];
        parent = parent + sums[i];
    }
    return sums;
}

std::vector<FunctionRow> functions(const Profile& profile) {
    const CallTree& tree = profile.tree;
    const auto self = self_clocks(profile);
    const auto inclusive = inclusive_clocks(profile);
    std::vector<FunctionRow> all(tree.functions().size());
    for (NodeId node = 0; node < tree.nodes().size(); ++node) {
        FunctionRow& row = all[tree.nodes()[node].function];
        row.calls += tree.nodes()[node].calls;
        row.self = row.self + self[node];
        if (!is_recursion(tree, node)) {
            row.inclusive = row.inclusive + inclusive[node];
        }
    }
    std::vector<FunctionRow> rows;
    for (FunctionId id = 0; id < all.size(); ++id) {
        all[id].name = tree.functions()[id].text();
        const bool is_root = id == 0;
        if (all[id].self.value != 0 || (!is_root && all[id].inclusive.value != 0)) {
            rows.push_back(std::move(all[id]));
        }
    }
    sort(rows, [](const FunctionRow& row) { return row.self; });
    return rows;
}

}  // namespace ringside::profile
