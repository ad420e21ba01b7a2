// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/address.hpp"

namespace ringside {
class Archive;
}

namespace ringside::kernelkit {

/// The protection word of a page; its bits mean what the kernel says.
using Protection = std::uint32_t;

/// Pages in one state, part of one reservation.
struct PageRun {
    LinearAddress start;
    std::uint32_t size{};  ///< Bytes, whole pages.
    bool committed = false;
    Protection protection{};  ///< 0 while only reserved.
};

/// Address space given out in one piece.
struct Reservation {
    LinearAddress base;
    std::uint32_t size{};  ///< Bytes, whole pages.
    Protection protection{};
    std::uint32_t tag{};  ///< The owner's: what lies behind the pages.
};

enum class Direction : std::uint8_t { bottom_up, top_down };

/// One process's user addresses: reservations, and within them runs of pages by state. The
/// classical VAD tree without a policy: what a page holds and when it comes into being is the
/// kernel's business.
class AddressSpace {
  public:
    /// Addresses from `low` up to, not including, `high`; reservations start at multiples of
    /// `granularity`, a power of two.
    AddressSpace(LinearAddress low, LinearAddress high, std::uint32_t granularity);

    /// A base where `size` bytes are free, or nothing. `limit` lowers the end of the search.
    [[nodiscard]] std::optional<LinearAddress> find_free(
        std::uint32_t size, Direction, std::optional<LinearAddress> limit = {}) const;

    /// Whether [base, base + size) lies in the space and touches no reservation.
    [[nodiscard]] bool is_free(LinearAddress base, std::uint32_t size) const;

    /// Takes whole pages out of the free space; false when they are not free.
    bool reserve(LinearAddress base, std::uint32_t size, Protection, std::uint32_t tag);

    /// Frees a whole reservation; false when none begins there.
    bool release(LinearAddress base);
    /// Frees pages at the front, at the back or in the middle of a reservation (which it splits).
    bool release_part(LinearAddress start, std::uint32_t size);

    /// The next three need [start, start + size) to lie in one reservation and answer false if not.
    bool commit(LinearAddress start, std::uint32_t size, Protection);
    bool decommit(LinearAddress start, std::uint32_t size);
    /// Also false when a page is not committed.
    bool protect(LinearAddress start, std::uint32_t size, Protection);

    [[nodiscard]] const Reservation* find(LinearAddress) const;
    /// The reservation that holds all of [start, start + size).
    [[nodiscard]] const Reservation* find(LinearAddress start, std::uint32_t size) const;

    /// The state of one page; nothing when it is free.
    [[nodiscard]] std::optional<PageRun> page(LinearAddress) const;
    /// From the page of `a` as far as the state stays the same, within its reservation.
    [[nodiscard]] std::optional<PageRun> run_at(LinearAddress a) const;
    /// From the page of `a` to the next reservation or the end; nothing when `a` is not free.
    [[nodiscard]] std::optional<PageRun> free_run_at(LinearAddress a) const;

    void for_each(const std::function<void(const Reservation&, const PageRun&)>&) const;

    [[nodiscard]] LinearAddress low() const { return low_; }
    [[nodiscard]] LinearAddress high() const { return high_; }
    [[nodiscard]] std::uint32_t granularity() const { return granularity_; }
    [[nodiscard]] std::uint64_t committed_bytes() const;
    [[nodiscard]] std::size_t reservations() const { return areas_.size(); }
    void persist(Archive& archive);

  private:
    struct State {
        bool committed = false;
        Protection protection{};
        friend bool operator==(const State&, const State&) = default;
    };
    /// States by the address where they begin; the first begins at the base.
    struct Area {
        Reservation reservation;
        std::map<std::uint32_t, State> states;
    };

    [[nodiscard]] const Area* area_at(LinearAddress) const;
    [[nodiscard]] Area* area_of(LinearAddress start, std::uint32_t size);
    static void set_state(Area&, std::uint32_t start, std::uint32_t end, State);
    static PageRun run_in(const Area&, LinearAddress);

    LinearAddress low_;
    LinearAddress high_;
    std::uint32_t granularity_;
    std::map<std::uint32_t, Area> areas_;
};

}  // namespace ringside::kernelkit
