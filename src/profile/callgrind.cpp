// SPDX-License-Identifier: MIT
#include <map>
#include <set>

#include <fmt/format.h>

#include "profile/report.hpp"

namespace ringside::profile {
namespace {

struct Calls {
    std::uint64_t count = 0;
    Cycles inclusive;
};

/// Names are written out once, "(2) name", and then only as their number.
class Names {
  public:
    std::string operator()(std::uint32_t id, const std::string& name) {
        return told_.insert(id).second ? fmt::format("({}) {}", id, name) : fmt::format("({})", id);
    }

  private:
    std::set<std::uint32_t> told_;
};

class Writer {
  public:
    explicit Writer(const Profile& profile) : profile_(profile), tree_(profile.tree) {
        const auto self = self_clocks(profile);
        const auto inclusive = inclusive_clocks(profile);
        self_.resize(tree_.functions().size());
        for (NodeId node = 0; node < self.size(); ++node) {
            const CallNode& call = tree_.nodes()[node];
            self_[call.function] = self_[call.function] + self[node];
            if (call.parent != CallTree::root) {
                Calls& calls = calls_[{tree_.nodes()[call.parent].function, call.function}];
                calls.count += call.calls;
                calls.inclusive = calls.inclusive + inclusive[node];
            }
        }
    }

    std::string text() {
        std::string out = fmt::format(
            "# callgrind format\nversion: 1\ncreator: ringside\ncmd: {}\n"
            "desc: Guest clocks{}; service body: {}\n"
            "positions: line\nevents: Clocks\nsummary: {}\n",
            profile_.program, profile_.assumed ? ", with figures that are assumed" : "",
            profile_.service_body, profile_.total);
        for (FunctionId id = 0; id < self_.size(); ++id) {
            const auto first = calls_.lower_bound({id, 0});
            const auto last = calls_.lower_bound({id + 1, 0});
            if (self_[id].value == 0 && first == last) {
                continue;
            }
            out += fmt::format("\n{}{}{}0 {}\n", object("", id), file("fl", id), function("fn", id),
                               self_[id]);
            for (auto call = first; call != last; ++call) {
                const FunctionId callee = call->first.second;
                out += fmt::format("{}{}{}calls={} 0\n0 {}\n", object("c", callee),
                                   file("cfi", callee), function("cfn", callee),
                                   std::max<std::uint64_t>(call->second.count, 1),
                                   call->second.inclusive);
            }
        }
        return out + fmt::format("\ntotals: {}\n", profile_.total);
    }

  private:
    [[nodiscard]] std::string module_of(FunctionId id) const {
        const std::string& module = tree_.functions()[id].module;
        return module.empty() ? "???" : module;
    }
    std::string object(std::string_view prefix, FunctionId id) {
        return fmt::format("{}ob={}\n", prefix, objects_(module_number(id), module_of(id)));
    }
    std::string file(std::string_view key, FunctionId id) {
        return fmt::format("{}={}\n", key, files_(module_number(id), module_of(id)));
    }
    std::string function(std::string_view key, FunctionId id) {
        return fmt::format("{}={}\n", key, functions_(id + 1, tree_.functions()[id].name));
    }
    std::uint32_t module_number(FunctionId id) {
        const auto next = static_cast<std::uint32_t>(modules_.size() + 1);
        return modules_.try_emplace(module_of(id), next).first->second;
    }

    const Profile& profile_;
    const CallTree& tree_;
    std::vector<Cycles> self_;
    std::map<std::pair<FunctionId, FunctionId>, Calls> calls_;
    std::map<std::string, std::uint32_t> modules_;
    Names objects_;
    Names files_;
    Names functions_;
};

}  // namespace

std::string callgrind_text(const Profile& profile) {
    return Writer(profile).text();
}

}  // namespace ringside::profile
