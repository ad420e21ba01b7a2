// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/cycles.hpp"
#include "profile/call_tree.hpp"

namespace ringside::profile {

/// Clocks that agree in everything a profile knows of them.
struct Entry {
    NodeId node = 0;
    std::string where;    ///< "ring 3", "ring 0", "transitions", "idle", "service body"
    std::string kind;     ///< the transition, as traces name it; empty for none
    std::string stage;    ///< "program", "stub", "gate", "frame" ...
    std::string service;  ///< the call that it was for, or the passage; empty for none
    Cycles clocks;
};

/// Where the clocks of a run went: one list, of which every table of a report is a sum.
struct Profile {
    std::string program;
    CallTree tree;
    std::vector<Entry> entries;                        ///< by node
    std::map<std::string, std::uint64_t> transitions;  ///< how often, by kind
    std::map<std::string, std::uint64_t> services;     ///< how often, by name of the passage
    Cycles total;
    bool assumed = false;                       ///< contains figures of no manual
    std::string service_body = "not modelled";  ///< what the clocks of bodies are, for a reader
};

struct Row {
    std::string name;
    std::uint64_t count = 0;
    Cycles clocks;
};
/// Sums by what `name` says of an entry, the largest first.
[[nodiscard]] std::vector<Row> sums(const Profile& profile,
                                    const std::function<std::string_view(const Entry&)>& name);

struct FunctionRow {
    std::string name;
    std::uint64_t calls = 0;
    Cycles self;
    Cycles inclusive;  ///< with what it called; of a recursive function once
};
/// By self clocks, the largest first; they add up to the total.
[[nodiscard]] std::vector<FunctionRow> functions(const Profile& profile);

/// Self clocks of each node, without its callees, and with them.
[[nodiscard]] std::vector<Cycles> self_clocks(const Profile& profile);
[[nodiscard]] std::vector<Cycles> inclusive_clocks(const Profile& profile);

}  // namespace ringside::profile
