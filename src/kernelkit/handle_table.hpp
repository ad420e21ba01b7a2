// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ringside::kernelkit {

/// Small numbers for kernel objects. Slot n has the number (n + 1) * `step`; a closed slot is the
/// next one given out, so the numbers of a run depend on nothing but its calls.
template <typename Object, typename Rights>
class HandleTable {
  public:
    struct Entry {
        std::shared_ptr<Object> object;
        Rights rights{};
    };

    /// `step` is the distance between handles; `limit` bounds how many a guest can hold.
    explicit HandleTable(std::uint32_t step = 4, std::size_t limit = 65'536)
        : step_(step), limit_(limit) {}

    /// Nothing when the table is full.
    [[nodiscard]] std::optional<std::uint32_t> insert(std::shared_ptr<Object> object,
                                                      Rights rights) {
        std::size_t slot = slots_.size();
        if (!free_.empty()) {
            slot = free_.back();
            free_.pop_back();
        } else if (slot < limit_) {
            slots_.emplace_back();
        } else {
            return std::nullopt;
        }
        slots_[slot] = Entry{std::move(object), std::move(rights)};
        ++count_;
        return static_cast<std::uint32_t>(slot + 1) * step_;
    }

    /// The entry of an open handle, else null. The low bits below `step` are the owner's to use.
    [[nodiscard]] Entry* find(std::uint32_t handle) {
        const std::size_t number = handle / step_;
        if (number == 0 || number > slots_.size() || !slots_[number - 1].object) {
            return nullptr;
        }
        return &slots_[number - 1];
    }

    /// Takes the entry out; the object dies with its last owner. Nothing for a handle not open.
    std::optional<Entry> remove(std::uint32_t handle) {
        Entry* const entry = find(handle);
        if (entry == nullptr) {
            return std::nullopt;
        }
        Entry taken = std::move(*entry);
        *entry = Entry{};
        free_.push_back(handle / step_ - 1);
        --count_;
        return taken;
    }

    /// Calls `visit(handle, entry)` for every open handle, lowest first.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
            if (slots_[slot].object) {
                visit(static_cast<std::uint32_t>(slot + 1) * step_, slots_[slot]);
            }
        }
    }

    [[nodiscard]] std::size_t count() const { return count_; }

    template <typename A>
    void persist(A& archive) {
        const std::size_t slots = archive.length(slots_.size());
        archive.require(slots <= limit_, "there are more handles than there can be");
        slots_.resize(slots);
        count_ = 0;
        for (Entry& entry : slots_) {
            persist_all(archive, entry.object, entry.rights);
            count_ += entry.object ? 1U : 0U;
        }
        persist_all(archive, free_);
        std::vector<bool> named(slots);
        for (const std::size_t slot : free_) {
            archive.require(slot < slots && !slots_[slot].object && !named[slot],
                            "a handle is free that is in use");
            named[slot] = true;
        }
    }

  private:
    std::uint32_t step_;
    std::size_t limit_;
    std::vector<Entry> slots_;
    std::vector<std::size_t> free_;
    std::size_t count_ = 0;
};

}  // namespace ringside::kernelkit
