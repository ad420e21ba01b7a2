// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ringside {
class Archive;
}

namespace ringside::cpu::memory_model {

/// Which entry of a full set makes room.
enum class Replacement : std::uint8_t {
    round_robin,  ///< the one behind the last that did
    lru,          ///< the one that was not used for longest
    pseudo_lru,   ///< what a tree of one bit for each pair of halves points at
};

/// Entries 0: there is no such store.
struct Geometry {
    std::uint32_t entries = 0;
    std::uint32_t ways = 1;
    Replacement replacement = Replacement::lru;
};

/// The tags of a set-associative cache or TLB: which keys it holds, not what belongs to them. A
/// key's low bits choose its set. The same calls give the same state on every host.
class TagStore {
  public:
    /// Entries and ways are powers of two, at most 8 ways.
    explicit TagStore(const Geometry& geometry);

    [[nodiscard]] bool holds(std::uint32_t key) const { return find(key).has_value(); }
    /// The place of a key, which counts as used now; nothing when it is not there.
    [[nodiscard]] std::optional<std::size_t> use(std::uint32_t key);
    /// Puts a key that is not there in the place of another of its set, as used now.
    std::size_t insert(std::uint32_t key);
    void remove(std::uint32_t key);
    void remove_at(std::size_t place) { keys_[place] = nothing; }
    void clear();

    [[nodiscard]] std::size_t places() const { return keys_.size(); }
    void persist(Archive& archive);

  private:
    static constexpr std::uint32_t nothing = UINT32_MAX;

    [[nodiscard]] std::optional<std::size_t> find(std::uint32_t key) const;
    [[nodiscard]] std::size_t set_of(std::uint32_t key) const { return key & (sets_ - 1); }
    void mark_used(std::size_t set, std::uint32_t way);
    [[nodiscard]] std::uint32_t victim(std::size_t set);
    [[nodiscard]] bool is_possible_order(std::uint64_t order) const;

    std::uint32_t ways_;
    Replacement replacement_;
    std::size_t sets_;
    std::vector<std::uint32_t> keys_;
    std::vector<std::uint64_t> order_;  ///< of each set: what its replacement remembers
};

}  // namespace ringside::cpu::memory_model
