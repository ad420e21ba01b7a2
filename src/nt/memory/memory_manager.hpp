// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "guest/user_memory.hpp"
#include "kernelkit/address_space.hpp"
#include "nt/memory/page_allocator.hpp"
#include "nt/memory/page_tables.hpp"
#include "nt/memory/protection.hpp"
#include "nt/memory/section_pages.hpp"
#include "nt/ntstatus.hpp"

namespace ringside::nt {

inline constexpr LinearAddress lowest_user_address{0x00010000};
inline constexpr LinearAddress highest_user_address{0x7FFEFFFF};
inline constexpr LinearAddress mm_user_probe_address{0x7FFF0000};
inline constexpr LinearAddress system_range_start{0x80000000};
inline constexpr std::uint32_t allocation_granularity = 0x10000;

class KernelArchive;

/// A section mapped into the process.
struct View {
    std::shared_ptr<SectionPages> pages;
    std::uint32_t first_page = 0;  ///< Of the section, at the view's base.
    bool image = false;
    bool copy_on_write = false;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, pages, first_page, image, copy_on_write);
        archive.require(pages != nullptr, "a view shows nothing");
    }
};

/// The current thread's user stack, as its TEB has it.
struct UserStack {
    LinearAddress base;
    LinearAddress deallocation;
};

/// The process's user address space: what is reserved and committed (VADs), and the pages behind
/// it, which come into being at the first touch.
class MemoryManager final : public guest::PageFaultResolver {
  public:
    MemoryManager(PageTables& tables, PageAllocator& pages);
    ~MemoryManager() override;

    /// MmAccessFault for a user address: demand-zero, copy-on-write, guard pages, stack growth.
    /// STATUS_SUCCESS when the instruction can be tried again.
    [[nodiscard]] NTSTATUS access_fault(LinearAddress, mmu::Access);
    std::uint32_t resolve(LinearAddress, mmu::Access, guest::ProcessorMode) override;

    /// What a page that is not present would hold after a read, without bringing it in. False when
    /// a read would fail or do more than that, and for pages of files.
    [[nodiscard]] bool preview(LinearAddress, std::span<std::byte, page_size> to) const;

    /// NtAllocateVirtualMemory and its siblings on checked parameters; `base` and `size` come back
    /// rounded.
    [[nodiscard]] NTSTATUS allocate(LinearAddress& base, std::uint32_t& size, std::uint32_t type,
                                    std::uint32_t protection, LinearAddress limit);
    [[nodiscard]] NTSTATUS free(LinearAddress& base, std::uint32_t& size, std::uint32_t type);
    [[nodiscard]] NTSTATUS protect(LinearAddress& base, std::uint32_t& size,
                                   std::uint32_t protection, std::uint32_t& old);

    struct Query {
        LinearAddress base;
        LinearAddress allocation_base;
        std::uint32_t allocation_protection{};
        std::uint32_t size{};
        std::uint32_t state{};
        std::uint32_t protection{};
        std::uint32_t type{};
    };
    /// Nothing above the highest user address.
    [[nodiscard]] std::optional<Query> query(LinearAddress) const;

    /// Maps a view. `protections` gives each page its own (images); else all have `protection`.
    /// The base is chosen when `base` is 0.
    [[nodiscard]] NTSTATUS map_view(
        View view, LinearAddress& base, std::uint32_t size, std::uint32_t protection,
        const std::function<std::uint32_t(std::uint32_t page)>& protections = {},
        kernelkit::Direction = kernelkit::Direction::bottom_up);
    [[nodiscard]] NTSTATUS unmap_view(LinearAddress inside);

    /// Reserves and commits private pages at a page boundary, as PEB and TEB stand.
    [[nodiscard]] bool place_private(LinearAddress, std::uint32_t size, std::uint32_t protection);

    /// Maps one given physical page for good (SharedUserData).
    void map_fixed(LinearAddress, PhysicalAddress, std::uint32_t reserved,
                   std::uint32_t protection);

    /// Writes changed pages of all file views back.
    void keep_changes();

    /// Asked at a guard-page hit; and told when the stack grew, to lower TEB.StackLimit.
    void set_stack_hooks(std::function<std::optional<UserStack>()> stack,
                         std::function<void(LinearAddress limit)> grown) {
        user_stack_ = std::move(stack);
        stack_grown_ = std::move(grown);
    }

    [[nodiscard]] const kernelkit::AddressSpace& space() const { return space_; }
    [[nodiscard]] const View* view_at(LinearAddress) const;

    void persist(KernelArchive& archive);
    /// Calls `visit(page)` for every page that belongs to the process alone.
    template <typename Visit>
    void for_each_owned_page(const Visit& visit) const {
        for (const auto& [at, mapped] : mapped_) {
            if (mapped.owned) {
                visit(mapped.page);
            }
        }
    }

  private:
    struct Mapped {
        PhysicalAddress page;
        bool owned = false;  ///< Private to the process, so freed with the mapping.

        template <typename A>
        void persist(A& archive) {
            persist_all(archive, page, owned);
        }
    };

    [[nodiscard]] NTSTATUS guard_page_hit(LinearAddress);
    [[nodiscard]] NTSTATUS make_present(LinearAddress, mmu::Access, std::uint32_t protection);
    [[nodiscard]] NTSTATUS make_private(LinearAddress page, std::optional<PhysicalAddress> from,
                                        std::uint32_t protection);
    [[nodiscard]] NTSTATUS enter(LinearAddress page, Mapped mapped, std::uint32_t protection,
                                 bool writable);
    void drop(LinearAddress start, std::uint32_t size);
    [[nodiscard]] NTSTATUS reserve(LinearAddress& base, std::uint32_t& size, bool top_down,
                                   std::uint32_t protection, LinearAddress limit);
    [[nodiscard]] bool may_commit(std::uint32_t size) const;
    void refault(LinearAddress start, std::uint32_t size);
    void keep_changes_of(SectionPages& pages);

    PageTables& tables_;
    PageAllocator& pages_;
    kernelkit::AddressSpace space_;
    std::map<std::uint32_t, View> views_;
    std::uint32_t last_view_ = 0;
    std::map<std::uint32_t, Mapped> mapped_;  ///< By page address, so that it is walked in order.
    std::uint64_t commit_limit_;
    std::function<std::optional<UserStack>()> user_stack_;
    std::function<void(LinearAddress)> stack_grown_;
};

}  // namespace ringside::nt
