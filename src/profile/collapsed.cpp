// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "profile/report.hpp"

namespace ringside::profile {
namespace {

std::string chain(const CallTree& tree, NodeId node) {
    std::string text = tree.function_of(node).text();
    while (node != CallTree::root && tree.nodes()[node].parent != CallTree::root) {
        node = tree.nodes()[node].parent;
        text.insert(0, tree.function_of(node).text() + ";");
    }
    return text;
}

}  // namespace

std::string collapsed_text(const Profile& profile) {
    std::string out;
    const auto self = self_clocks(profile);
    for (NodeId node = 0; node < self.size(); ++node) {
        if (self[node].value != 0) {
            out += fmt::format("{} {}\n", chain(profile.tree, node), self[node]);
        }
    }
    return out;
}

}  // namespace ringside::profile
