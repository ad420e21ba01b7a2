// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/bits.hpp"
#include "guest/user_memory.hpp"
#include "nt/structures/layout.hpp"

namespace ringside::nt {

/// The host found a kernel structure unreadable: the guest broke its own kernel. Leaves the
/// hypercall that needed the structure; the run ends with a bugcheck report.
struct KernelStructureLost {
    LinearAddress address;
};

/// Where a field stands in its structure, for those that are asked for so often that looking up
/// their names would be most of the work.
struct FieldPlace {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;  ///< bytes: 1, 2 or 4 for those that are read as numbers

    /// The same field in the structure that `outer` is a field of.
    [[nodiscard]] FieldPlace within(FieldPlace outer) const {
        return {outer.offset + offset, size};
    }
};

/// Fields of kernel structures in guest memory, by the names of the profile's layout.
class KernelMemory {
  public:
    KernelMemory(guest::UserMemory& memory, const Layout& layout)
        : memory_(memory), layout_(layout) {}

    template <typename T>
    [[nodiscard]] T read(LinearAddress from) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (const std::byte* const host = memory_.at_hand(from, sizeof(T))) [[likely]] {
            return load<T>(host);
        }
        T value{};
        read_bytes(from, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    void read_bytes(LinearAddress from, std::span<std::byte> bytes) {
        check(memory_.read(from, bytes, guest::ProcessorMode::kernel), from);
    }
    template <typename T>
    void write(LinearAddress to, const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        write_bytes(to, std::as_bytes(std::span(&value, 1)));
    }
    void write_bytes(LinearAddress to, std::span<const std::byte> bytes) {
        check(memory_.write(to, bytes, guest::ProcessorMode::kernel), to);
    }

    /// A field of up to 4 bytes, extended with zeros.
    [[nodiscard]] std::uint32_t get(LinearAddress base, std::string_view structure,
                                    std::string_view field) {
        return get(base, field_place(structure, field));
    }
    [[nodiscard]] std::uint32_t get(LinearAddress base, FieldPlace field);
    [[nodiscard]] FieldPlace field_place(std::string_view structure, std::string_view field) const {
        const FieldRow& row = layout_.field(structure, field);
        return {row.offset, row.size};
    }
    void set(LinearAddress base, std::string_view structure, std::string_view field,
             std::uint32_t value);

    [[nodiscard]] LinearAddress place(LinearAddress base, std::string_view structure,
                                      std::string_view field) const {
        return base + layout_.offset(structure, field);
    }
    [[nodiscard]] const Layout& layout() const { return layout_; }

    // LIST_ENTRY, the doubly linked list through Flink and Blink.
    void initialize_list(LinearAddress head);
    void insert_tail(LinearAddress head, LinearAddress entry);
    void remove(LinearAddress entry);
    /// Takes the first entry out; 0 when the list is empty.
    [[nodiscard]] LinearAddress remove_head(LinearAddress head);

  private:
    static void check(const Expected<void, guest::AccessFailure>& done, LinearAddress) {
        if (!done) {
            throw KernelStructureLost{done.error().address};
        }
    }

    guest::UserMemory& memory_;
    const Layout& layout_;
};

}  // namespace ringside::nt
