// SPDX-License-Identifier: MIT
#include "profile/call_tree.hpp"

namespace ringside::profile {
namespace {

/// Separators of the formats, and what moves a terminal's cursor.
std::string printable(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c < ' ' || c > '~' || c == ';') {
            c = '_';
        }
    }
    return result;
}

}  // namespace

CallTree::CallTree() {
    functions_.push_back({"", "all"});
    nodes_.emplace_back();
}

FunctionId CallTree::function(std::string_view module, std::string_view name) {
    const auto next = static_cast<FunctionId>(functions_.size());
    const auto [known, is_new] = names_.try_emplace({printable(module), printable(name)}, next);
    if (is_new) {
        functions_.push_back({known->first.first, known->first.second});
    }
    return known->second;
}

NodeId CallTree::child(NodeId parent, FunctionId function) {
    if (nodes_[parent].depth >= deepest) {
        parent = nodes_[parent].parent;
    }
    if (const auto known = children_.find({parent, function}); known != children_.end()) {
        return known->second;
    }
    if (nodes_.size() >= most_nodes && parent != root) {
        return child(root, function);
    }
    const auto id = static_cast<NodeId>(nodes_.size());
    nodes_.push_back({parent, function, nodes_[parent].depth + 1, 0});
    children_[{parent, function}] = id;
    return id;
}

}  // namespace ringside::profile
