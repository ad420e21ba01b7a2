// SPDX-License-Identifier: MIT
#include "trace/record.hpp"

#include <algorithm>

namespace ringside::trace {
namespace {

template <typename Rows>
auto named(const Rows& rows, std::string_view name) -> decltype(rows.data()) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [name](const auto& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const FrameField* Frame::find(std::string_view name) const {
    return named(fields, name);
}

std::optional<std::uint32_t> Frame::return_eip() const {
    for (const std::string_view name : {"Eip", "EIP"}) {
        if (const FrameField* const field = find(name)) {
            return field->value;
        }
    }
    return std::nullopt;
}

const guest::StageDetail* StageTime::find(std::string_view detail) const {
    return named(details, detail);
}

const StageTime* Record::stage(std::string_view name) const {
    return named(stages, name);
}

Cycles Record::own_clocks() const {
    Cycles sum;
    for (const StageCost& cost : costs) {
        sum = sum + cost.clocks;
    }
    return sum;
}

void Record::add_cost(std::string_view stage, Cycles clocks) {
    const auto found = std::find_if(costs.begin(), costs.end(),
                                    [stage](const StageCost& cost) { return cost.name == stage; });
    if (found != costs.end()) {
        found->clocks = found->clocks + clocks;
    } else {
        costs.push_back({std::string(stage), clocks});
    }
}

bool Record::is_transparent() const {
    return (kind == RecordKind::exception || kind == RecordKind::interrupt) && exit && !diverted;
}

}  // namespace ringside::trace
