// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/cycles.hpp"
#include "base/expected.hpp"

namespace ringside {

/// What was read is no archive of the state that it was read into.
class DamagedArchive : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// State on its way out of objects or back into them. Which of the two it is, is known at run time,
/// so that one function for each structure, `persist(archive, structure)`, does both and cannot
/// disagree with itself. It names the fields of an aggregate by a structured binding where it can:
/// a field that is added then fails to compile until it is named.
///
/// Numbers are little-endian. Whatever is read may be hostile: every length is held against what is
/// left to read, and structures check by require() what they would use as an index.
class Archive {
  public:
    /// Saves.
    Archive() = default;
    /// Loads; `from` outlives the archive. `carried` is what the saving archive carried().
    explicit Archive(std::span<const std::byte> from,
                     std::vector<std::shared_ptr<const void>> carried = {})
        : loading_(true), from_(from), carried_(std::move(carried)) {}

    [[nodiscard]] bool loading() const { return loading_; }

    /// Whether objects that never change may be kept as they are (carry()), because the archive
    /// stays in this process.
    [[nodiscard]] bool in_memory() const { return in_memory_; }
    void set_in_memory(bool in_memory) { in_memory_ = in_memory; }

    void bytes(std::span<std::byte> value) {
        if (!loading_) {
            written_.insert(written_.end(), value.begin(), value.end());
            return;
        }
        const auto part = take(value.size());
        std::copy(part.begin(), part.end(), value.begin());
    }
    /// The next bytes, where they stand; for loading.
    [[nodiscard]] std::span<const std::byte> take(std::size_t size) {
        require(size <= from_.size(), "it ends too early");
        const auto part = from_.first(size);
        from_ = from_.subspan(size);
        return part;
    }
    template <typename T>
    void number(T& value) {
        static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
        bytes(std::as_writable_bytes(std::span(&value, 1)));
    }
    /// An index or enumerator that is below `limit`.
    template <typename T>
    void below(T& value, std::uint64_t limit) {
        number(value);
        require(static_cast<std::uint64_t>(value) < limit, "a number is out of its range");
    }
    /// How many elements follow, each of at least `element` bytes; answers the number.
    [[nodiscard]] std::size_t length(std::size_t size, std::size_t element = 1) {
        auto count = static_cast<std::uint64_t>(size);
        number(count);
        require(!loading_ || count <= from_.size() / element, "a length is longer than the rest");
        return static_cast<std::size_t>(count);
    }
    /// What stands here must be this word: structures begin with one, so that damage is found near
    /// its place.
    void mark(std::string_view word) {
        if (!loading_) {
            const auto text = std::as_bytes(std::span(word));
            written_.insert(written_.end(), text.begin(), text.end());
            return;
        }
        const auto part = take(word.size());
        if (std::memcmp(part.data(), word.data(), word.size()) != 0) {
            throw DamagedArchive("the part '" + std::string(word) + "' does not begin here");
        }
    }
    /// Throws DamagedArchive when loading and it does not hold.
    void require(bool holds, const char* what) const {
        if (!holds && loading_) [[unlikely]] {
            throw DamagedArchive(what);
        }
    }

    /// An object that never changes, by identity; in memory only.
    template <typename T>
    void carry(std::shared_ptr<const T>& object) {
        if (!loading_) {
            carried_.push_back(object);
            return;
        }
        require(next_carried_ < carried_.size(), "an object in memory is missing");
        object = std::static_pointer_cast<const T>(carried_[next_carried_++]);
    }

    /// What another archive saved comes next here.
    void append(Archive&& other) {
        written_.insert(written_.end(), other.written_.begin(), other.written_.end());
        carried_.insert(carried_.end(), other.carried_.begin(), other.carried_.end());
    }

    [[nodiscard]] std::vector<std::byte>& written() { return written_; }
    [[nodiscard]] std::vector<std::shared_ptr<const void>>& carried() { return carried_; }
    /// Everything was read.
    [[nodiscard]] bool at_end() const { return from_.empty(); }

  private:
    bool loading_ = false;
    bool in_memory_ = false;
    std::span<const std::byte> from_;
    std::vector<std::byte> written_;
    std::vector<std::shared_ptr<const void>> carried_;
    std::size_t next_carried_ = 0;
};

// --- persist(archive, value) for what state is made of. The archive's type is a parameter, so that
// --- archives derived from Archive find their own functions for what they know more of.

template <typename A, typename... T>
void persist_all(A& archive, T&... values) {
    (persist(archive, values), ...);
}

template <typename T>
concept Number = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_enum_v<T>;

template <Number T>
void persist(Archive& archive, T& value) {
    archive.number(value);
}
inline void persist(Archive& archive, bool& value) {
    std::uint8_t byte = value ? 1 : 0;
    archive.below(byte, 2);
    value = byte != 0;
}
template <typename Kind>
void persist(Archive& archive, Address<Kind>& value) {
    archive.number(value.value);
}
inline void persist(Archive& archive, Cycles& value) {
    archive.number(value.value);
}

/// Of a class that has it as a member.
template <typename A, typename T>
requires requires(A& archive, T& value) {
    value.persist(archive);
}
void persist(A& archive, T& value) {
    value.persist(archive);
}

template <typename A, Number T>
void persist(A& archive, std::basic_string<T>& text) {
    text.resize(archive.length(text.size(), sizeof(T)));
    archive.bytes(std::as_writable_bytes(std::span(text.data(), text.size())));
}
template <typename A, typename T>
void persist(A& archive, std::vector<T>& values) {
    if constexpr (Number<T>) {
        values.resize(archive.length(values.size(), sizeof(T)));
        archive.bytes(std::as_writable_bytes(std::span(values)));
    } else {
        const std::size_t size = archive.length(values.size());
        if (archive.loading()) {
            values.clear();
        }
        for (std::size_t i = 0; i < size; ++i) {
            if (archive.loading()) {
                values.emplace_back();
            }
            persist(archive, values[i]);
        }
    }
}
/// Bit by bit in a byte each: short ones only.
template <typename A>
void persist(A& archive, std::vector<bool>& values) {
    std::vector<std::uint8_t> bytes(values.begin(), values.end());
    persist(archive, bytes);
    values.assign(bytes.begin(), bytes.end());
}
template <typename A, typename T>
void persist(A& archive, std::deque<T>& values) {
    const std::size_t size = archive.length(values.size());
    if (archive.loading()) {
        values.clear();
    }
    for (std::size_t i = 0; i < size; ++i) {
        if (archive.loading()) {
            values.emplace_back();
        }
        persist(archive, values[i]);
    }
}
template <typename A, typename T, std::size_t size>
void persist(A& archive, std::array<T, size>& values) {
    if constexpr (Number<T>) {
        archive.bytes(std::as_writable_bytes(std::span(values)));
    } else {
        for (T& value : values) {
            persist(archive, value);
        }
    }
}
template <typename A, typename First, typename Second>
void persist(A& archive, std::pair<First, Second>& value) {
    persist_all(archive, value.first, value.second);
}
template <typename A, typename T>
void persist(A& archive, std::optional<T>& value) {
    bool has = value.has_value();
    persist(archive, has);
    if (archive.loading()) {
        value.reset();
        if (has) {
            value.emplace();
        }
    }
    if (has) {
        persist(archive, *value);
    }
}
template <typename A, typename T, typename E>
void persist(A& archive, Expected<T, E>& value) {
    bool has = value.has_value();
    persist(archive, has);
    if (has) {
        if constexpr (!std::is_void_v<T>) {
            T result = has && !archive.loading() ? std::move(*value) : T{};
            persist(archive, result);
            value = Expected<T, E>(std::move(result));
        } else {
            value = Expected<void, E>();
        }
        return;
    }
    E error = archive.loading() ? E{} : value.error();
    persist(archive, error);
    value = Unexpected<E>{std::move(error)};
}

/// Maps and sets, in their own order.
template <typename A, typename Container, typename Element>
void persist_ordered(A& archive, Container& container) {
    const std::size_t size = archive.length(container.size());
    if (!archive.loading()) {
        for (const auto& entry : container) {
            Element element(entry);
            persist(archive, element);
        }
        return;
    }
    container.clear();
    for (std::size_t i = 0; i < size; ++i) {
        Element element{};
        persist(archive, element);
        container.insert(container.end(), std::move(element));
    }
}
template <typename A, typename Key, typename T>
void persist(A& archive, std::map<Key, T>& map) {
    persist_ordered<A, std::map<Key, T>, std::pair<Key, T>>(archive, map);
}
template <typename A, typename Key, typename T>
void persist(A& archive, std::multimap<Key, T>& map) {
    persist_ordered<A, std::multimap<Key, T>, std::pair<Key, T>>(archive, map);
}
template <typename A, typename Key>
void persist(A& archive, std::set<Key>& set) {
    persist_ordered<A, std::set<Key>, Key>(archive, set);
}

}  // namespace ringside
