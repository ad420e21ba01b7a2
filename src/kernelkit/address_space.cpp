// SPDX-License-Identifier: MIT
#include "kernelkit/address_space.hpp"

#include <algorithm>
#include <iterator>

#include "base/archive.hpp"

namespace ringside::kernelkit {
namespace {

std::uint64_t end_of(LinearAddress start, std::uint32_t size) {
    return std::uint64_t{start.value} + size;
}

}  // namespace

AddressSpace::AddressSpace(LinearAddress low, LinearAddress high, std::uint32_t granularity)
    : low_(low), high_(high), granularity_(granularity) {}

bool AddressSpace::is_free(LinearAddress base, std::uint32_t size) const {
    if (size == 0 || base < low_ || end_of(base, size) > high_.value) {
        return false;
    }
    const auto after = areas_.upper_bound(base.value);
    if (after != areas_.end() && after->first < end_of(base, size)) {
        return false;
    }
    if (after == areas_.begin()) {
        return true;
    }
    const Reservation& before = std::prev(after)->second.reservation;
    return end_of(before.base, before.size) <= base.value;
}

std::optional<LinearAddress> AddressSpace::find_free(std::uint32_t size, Direction direction,
                                                     std::optional<LinearAddress> limit) const {
    const std::uint64_t end = limit ? std::min(limit->value, high_.value) : high_.value;
    const std::uint64_t step = granularity_;
    if (size == 0) {
        return std::nullopt;
    }
    const auto up = [step](std::uint64_t a) { return (a + step - 1) & ~(step - 1); };
    if (direction == Direction::bottom_up) {
        std::uint64_t at = up(low_.value);
        for (const auto& [base, area] : areas_) {
            if (at + size <= base) {
                break;
            }
            at = std::max(at, up(end_of(area.reservation.base, area.reservation.size)));
        }
        if (at + size > end) {
            return std::nullopt;
        }
        return LinearAddress{static_cast<std::uint32_t>(at)};
    }
    std::uint64_t top = end;
    for (auto area = areas_.rbegin(); area != areas_.rend(); ++area) {
        const std::uint64_t area_end =
            end_of(area->second.reservation.base, area->second.reservation.size);
        if (top >= size && ((top - size) & ~(step - 1)) >= area_end) {
            break;
        }
        top = std::min(top, std::uint64_t{area->first});
    }
    if (top < size || ((top - size) & ~(step - 1)) < low_.value) {
        return std::nullopt;
    }
    const LinearAddress found{static_cast<std::uint32_t>((top - size) & ~(step - 1))};
    return is_free(found, size) ? std::optional(found) : std::nullopt;
}

bool AddressSpace::reserve(LinearAddress base, std::uint32_t size, Protection protection,
                           std::uint32_t tag) {
    if (page_offset(base) != 0 || (size & page_mask) != 0 || !is_free(base, size)) {
        return false;
    }
    Area area{.reservation = {base, size, protection, tag}, .states = {{base.value, State{}}}};
    areas_.emplace(base.value, std::move(area));
    return true;
}

bool AddressSpace::release(LinearAddress base) {
    return areas_.erase(base.value) == 1;
}

bool AddressSpace::release_part(LinearAddress start, std::uint32_t size) {
    Area* const area = area_of(start, size);
    if (area == nullptr || page_offset(start) != 0 || (size & page_mask) != 0) {
        return false;
    }
    const Reservation whole = area->reservation;
    const std::uint32_t end = start.value + size;
    const std::uint32_t whole_end = whole.base.value + whole.size;
    const auto states = area->states;
    areas_.erase(whole.base.value);
    const auto keep = [&](std::uint32_t from, std::uint32_t to) {
        if (from == to) {
            return;
        }
        Area part{.reservation = {LinearAddress{from}, to - from, whole.protection, whole.tag},
                  .states = {}};
        part.states.emplace(from, std::prev(states.upper_bound(from))->second);
        part.states.insert(states.upper_bound(from), states.lower_bound(to));
        areas_.emplace(from, std::move(part));
    };
    keep(whole.base.value, start.value);
    keep(end, whole_end);
    return true;
}

bool AddressSpace::commit(LinearAddress start, std::uint32_t size, Protection protection) {
    Area* const area = area_of(start, size);
    if (area == nullptr) {
        return false;
    }
    set_state(*area, start.value, start.value + size, {true, protection});
    return true;
}

bool AddressSpace::decommit(LinearAddress start, std::uint32_t size) {
    Area* const area = area_of(start, size);
    if (area == nullptr) {
        return false;
    }
    set_state(*area, start.value, start.value + size, {});
    return true;
}

bool AddressSpace::protect(LinearAddress start, std::uint32_t size, Protection protection) {
    Area* const area = area_of(start, size);
    if (area == nullptr) {
        return false;
    }
    const std::uint64_t end = end_of(start, size);
    for (std::uint64_t at = start.value; at < end;) {
        const PageRun run = run_in(*area, LinearAddress{static_cast<std::uint32_t>(at)});
        if (!run.committed) {
            return false;
        }
        at = end_of(run.start, run.size);
    }
    set_state(*area, start.value, static_cast<std::uint32_t>(end), {true, protection});
    return true;
}

const AddressSpace::Area* AddressSpace::area_at(LinearAddress a) const {
    const auto after = areas_.upper_bound(a.value);
    if (after == areas_.begin()) {
        return nullptr;
    }
    const Area& area = std::prev(after)->second;
    return end_of(area.reservation.base, area.reservation.size) > a.value ? &area : nullptr;
}

AddressSpace::Area* AddressSpace::area_of(LinearAddress start, std::uint32_t size) {
    const Reservation* const found = find(start, size);
    return found != nullptr ? &areas_.at(found->base.value) : nullptr;
}

const Reservation* AddressSpace::find(LinearAddress a) const {
    const Area* const area = area_at(a);
    return area != nullptr ? &area->reservation : nullptr;
}

const Reservation* AddressSpace::find(LinearAddress start, std::uint32_t size) const {
    const Reservation* const found = find(start);
    const bool whole =
        found != nullptr && size != 0 && end_of(start, size) <= end_of(found->base, found->size);
    return whole ? found : nullptr;
}

PageRun AddressSpace::run_in(const Area& area, LinearAddress a) {
    const auto after = area.states.upper_bound(a.value);
    const State state = std::prev(after)->second;
    const std::uint32_t end = after != area.states.end()
                                  ? after->first
                                  : area.reservation.base.value + area.reservation.size;
    const LinearAddress start = page_of(a);
    return {start, end - start.value, state.committed, state.protection};
}

void AddressSpace::set_state(Area& area, std::uint32_t start, std::uint32_t end, State state) {
    const std::uint32_t area_end = area.reservation.base.value + area.reservation.size;
    if (end != area_end) {
        area.states.try_emplace(end, std::prev(area.states.upper_bound(end))->second);
    }
    area.states.erase(area.states.lower_bound(start),
                      end != area_end ? area.states.find(end) : area.states.end());
    const auto here = area.states.emplace(start, state).first;
    const auto next = std::next(here);
    if (next != area.states.end() && next->second == state) {
        area.states.erase(next);
    }
    if (here != area.states.begin() && std::prev(here)->second == state) {
        area.states.erase(here);
    }
}

std::optional<PageRun> AddressSpace::page(LinearAddress a) const {
    auto run = run_at(a);
    if (run) {
        run->size = page_size;
    }
    return run;
}

std::optional<PageRun> AddressSpace::run_at(LinearAddress a) const {
    const Area* const area = area_at(a);
    if (area == nullptr) {
        return std::nullopt;
    }
    return run_in(*area, a);
}

std::optional<PageRun> AddressSpace::free_run_at(LinearAddress a) const {
    if (a < low_ || a >= high_ || area_at(a) != nullptr) {
        return std::nullopt;
    }
    const auto after = areas_.upper_bound(a.value);
    const std::uint32_t end = after != areas_.end() ? after->first : high_.value;
    const LinearAddress start = page_of(a);
    return PageRun{.start = start, .size = end - start.value};
}

void AddressSpace::for_each(
    const std::function<void(const Reservation&, const PageRun&)>& visit) const {
    for (const auto& [base, area] : areas_) {
        const std::uint64_t end = end_of(area.reservation.base, area.reservation.size);
        for (std::uint64_t at = base; at < end;) {
            const PageRun run = run_in(area, LinearAddress{static_cast<std::uint32_t>(at)});
            visit(area.reservation, run);
            at = end_of(run.start, run.size);
        }
    }
}

std::uint64_t AddressSpace::committed_bytes() const {
    std::uint64_t bytes = 0;
    for_each([&bytes](const Reservation&, const PageRun& run) {
        bytes += run.committed ? run.size : 0;
    });
    return bytes;
}

void AddressSpace::persist(Archive& archive) {
    const std::size_t count = archive.length(areas_.size());
    if (archive.loading()) {
        areas_.clear();
    }
    std::vector<Area> areas;
    for (const auto& [base, area] : areas_) {
        areas.push_back(area);
    }
    areas.resize(count);
    for (Area& area : areas) {
        auto& [base, size, protection, tag] = area.reservation;
        persist_all(archive, base, size, protection, tag);
        const std::size_t states = archive.length(area.states.size());
        if (!archive.loading()) {
            for (const auto& [at, state] : area.states) {
                std::uint32_t begin = at;
                State copy = state;
                persist_all(archive, begin, copy.committed, copy.protection);
            }
            continue;
        }
        archive.require(page_offset(base) == 0 && (size & page_mask) == 0 && is_free(base, size),
                        "a reservation lies where none can");
        for (std::size_t i = 0; i < states; ++i) {
            std::uint32_t begin = 0;
            State state;
            persist_all(archive, begin, state.committed, state.protection);
            archive.require(i == 0 ? begin == base.value
                                   : begin > area.states.rbegin()->first &&
                                         begin - base.value < size && (begin & page_mask) == 0,
                            "a run of pages lies outside of its reservation");
            area.states.emplace_hint(area.states.end(), begin, state);
        }
        archive.require(states != 0, "a reservation has no pages");
        areas_.emplace(base.value, std::move(area));
    }
}

}  // namespace ringside::kernelkit
