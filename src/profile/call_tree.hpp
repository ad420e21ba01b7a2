// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringside::profile {

using FunctionId = std::uint32_t;
using NodeId = std::uint32_t;

/// What has a name of its own: code under a symbol, or a gate, "[int 2Eh]", which has no module.
struct Function {
    std::string module;
    std::string name;

    [[nodiscard]] std::string text() const { return module.empty() ? name : module + "!" + name; }
};

/// A function in one chain of callers, up to the root.
struct CallNode {
    NodeId parent = 0;
    FunctionId function = 0;
    unsigned depth = 0;
    std::uint64_t calls = 0;
};

/// Every chain of callers that was met. A guest cannot make it grow without end: below the deepest
/// level callees become siblings, and when it is full, children of the root.
class CallTree {
  public:
    static constexpr NodeId root = 0;
    static constexpr unsigned deepest = 192;
    static constexpr std::size_t most_nodes = 1U << 19;

    CallTree();
    /// The number of a function; characters that no report's format allows become underlines.
    [[nodiscard]] FunctionId function(std::string_view module, std::string_view name);
    [[nodiscard]] NodeId child(NodeId parent, FunctionId function);
    void count_call(NodeId node) { ++nodes_[node].calls; }

    [[nodiscard]] const std::vector<CallNode>& nodes() const { return nodes_; }
    [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
    [[nodiscard]] const Function& function_of(NodeId node) const {
        return functions_[nodes_[node].function];
    }

  private:
    std::vector<CallNode> nodes_;
    std::vector<Function> functions_;
    std::map<std::pair<NodeId, FunctionId>, NodeId> children_;
    std::map<std::pair<std::string, std::string>, FunctionId, std::less<>> names_;
};

}  // namespace ringside::profile
