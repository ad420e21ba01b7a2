// SPDX-License-Identifier: MIT
// NtAllocateVirtualMemory, NtFreeVirtualMemory, NtProtectVirtualMemory, NtQueryVirtualMemory and
// views of sections: the part of the memory manager that reserves and commits.
#include <algorithm>

#include "nt/memory/memory_manager.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t granularity_mask = allocation_granularity - 1;

/// Whole pages around [base, base + size), which lies in user space.
void round_to_pages(LinearAddress& base, std::uint32_t& size) {
    const std::uint64_t end = align_up(std::uint64_t{base.value} + size, std::uint64_t{page_size});
    base = page_of(base);
    size = static_cast<std::uint32_t>(end - base.value);
}

}  // namespace

bool MemoryManager::may_commit(std::uint32_t size) const {
    return space_.committed_bytes() + size <= commit_limit_;
}

NTSTATUS MemoryManager::reserve(LinearAddress& base, std::uint32_t& size, bool top_down,
                                std::uint32_t protection, LinearAddress limit) {
    if (base.value == 0) {
        size = align_up(size, page_size);
        const auto direction =
            top_down ? kernelkit::Direction::top_down : kernelkit::Direction::bottom_up;
        const auto found = space_.find_free(size, direction, limit);
        if (!found) {
            return STATUS_NO_MEMORY;
        }
        base = *found;
    } else {
        const std::uint64_t end =
            align_up(std::uint64_t{base.value} + size, std::uint64_t{page_size});
        base.value &= ~granularity_mask;
        size = static_cast<std::uint32_t>(end - base.value);
    }
    return space_.reserve(base, size, protection, 0) ? STATUS_SUCCESS
                                                     : STATUS_CONFLICTING_ADDRESSES;
}

NTSTATUS MemoryManager::allocate(LinearAddress& base, std::uint32_t& size, std::uint32_t type,
                                 std::uint32_t protection, LinearAddress limit) {
    if ((type & MEM_RESET) != 0) {
        round_to_pages(base, size);
        const auto* const inside = space_.find(base, size);
        return inside != nullptr ? STATUS_SUCCESS : STATUS_CONFLICTING_ADDRESSES;
    }
    const bool commits = (type & MEM_COMMIT) != 0;
    if (commits && !may_commit(size)) {
        return STATUS_COMMITMENT_LIMIT;
    }
    if ((type & MEM_RESERVE) != 0 || base.value == 0) {
        const NTSTATUS reserved =
            reserve(base, size, (type & MEM_TOP_DOWN) != 0, protection, limit);
        if (!nt_success(reserved) || !commits) {
            return reserved;
        }
    } else {
        round_to_pages(base, size);
    }
    const auto* const reservation = space_.find(base, size);
    if (reservation == nullptr) {
        return STATUS_CONFLICTING_ADDRESSES;
    }
    if (reservation->tag != 0) {
        return STATUS_ALREADY_COMMITTED;
    }
    static_cast<void>(space_.commit(base, size, protection));
    refault(base, size);
    return STATUS_SUCCESS;
}

bool MemoryManager::place_private(LinearAddress at, std::uint32_t size, std::uint32_t protection) {
    return space_.reserve(at, size, protection, 0) && space_.commit(at, size, protection);
}

NTSTATUS MemoryManager::free(LinearAddress& base, std::uint32_t& size, std::uint32_t type) {
    const auto* const reservation = space_.find(base);
    if (reservation == nullptr) {
        return STATUS_MEMORY_NOT_ALLOCATED;
    }
    if (reservation->tag != 0) {
        return STATUS_UNABLE_TO_FREE_VM;
    }
    if (size == 0) {
        if (page_of(base) != reservation->base) {
            return STATUS_FREE_VM_NOT_AT_BASE;
        }
        base = reservation->base;
        size = reservation->size;
    } else {
        round_to_pages(base, size);
        if (space_.find(base, size) == nullptr) {
            return STATUS_UNABLE_TO_FREE_VM;
        }
    }
    drop(base, size);
    static_cast<void>(type == MEM_RELEASE ? space_.release_part(base, size)
                                          : space_.decommit(base, size));
    return STATUS_SUCCESS;
}

/// Pages that are there get their new rights at the next fault.
void MemoryManager::refault(LinearAddress start, std::uint32_t size) {
    const std::uint64_t end = std::uint64_t{start.value} + size;
    for (auto at = mapped_.lower_bound(start.value); at != mapped_.end() && at->first < end; ++at) {
        tables_.clear(LinearAddress{at->first});
    }
}

NTSTATUS MemoryManager::protect(LinearAddress& base, std::uint32_t& size, std::uint32_t protection,
                                std::uint32_t& old) {
    round_to_pages(base, size);
    const auto* const reservation = space_.find(base, size);
    if (reservation == nullptr) {
        return STATUS_CONFLICTING_ADDRESSES;
    }
    const std::uint64_t end = std::uint64_t{base.value} + size;
    for (std::uint64_t at = base.value; at < end;) {
        const auto run = space_.run_at(LinearAddress{static_cast<std::uint32_t>(at)});
        if (!run->committed) {
            return STATUS_NOT_COMMITTED;
        }
        at = std::uint64_t{run->start.value} + run->size;
    }
    old = space_.page(base)->protection;
    const View* const view = view_at(base);
    if (view == nullptr) {
        if (is_copy_on_write(protection)) {
            return STATUS_INVALID_PAGE_PROTECTION;
        }
        static_cast<void>(space_.protect(base, size, protection));
    } else {
        if (!view->copy_on_write && !view->image && allows_write(protection) &&
            !allows_write(reservation->protection)) {
            return STATUS_SECTION_PROTECTION;
        }
        for (std::uint64_t at = base.value; at < end; at += page_size) {
            const LinearAddress page{static_cast<std::uint32_t>(at)};
            const auto mapped = mapped_.find(page.value);
            const bool own = mapped != mapped_.end() && mapped->second.owned;
            const std::uint32_t given = own                   ? as_private(protection)
                                        : view->copy_on_write ? as_write_copy(protection)
                                                              : protection;
            static_cast<void>(space_.protect(page, page_size, given));
        }
    }
    refault(base, size);
    return STATUS_SUCCESS;
}

std::optional<MemoryManager::Query> MemoryManager::query(LinearAddress a) const {
    if (a > highest_user_address) {
        return std::nullopt;
    }
    const auto* const reservation = space_.find(a);
    if (reservation == nullptr) {
        const LinearAddress from = a < lowest_user_address ? lowest_user_address : a;
        const auto gap = space_.free_run_at(from);
        const LinearAddress end =
            gap ? gap->start + gap->size : LinearAddress{lowest_user_address.value};
        const LinearAddress page = page_of(a);
        return Query{.base = page,
                     .allocation_base = {},
                     .allocation_protection = 0,
                     .size = end - page,
                     .state = MEM_FREE,
                     .protection = PAGE_NOACCESS,
                     .type = 0};
    }
    const auto run = space_.run_at(a);
    const View* const view = view_at(a);
    return Query{.base = run->start,
                 .allocation_base = reservation->base,
                 .allocation_protection = reservation->protection,
                 .size = run->size,
                 .state = run->committed ? MEM_COMMIT : MEM_RESERVE,
                 .protection = run->committed ? run->protection : 0,
                 .type = view == nullptr ? MEM_PRIVATE
                         : view->image   ? MEM_IMAGE
                                         : MEM_MAPPED};
}

NTSTATUS MemoryManager::map_view(View view, LinearAddress& base, std::uint32_t size,
                                 std::uint32_t protection,
                                 const std::function<std::uint32_t(std::uint32_t)>& protections,
                                 kernelkit::Direction direction) {
    if (base.value == 0) {
        const auto found = space_.find_free(size, direction);
        if (!found) {
            return STATUS_NO_MEMORY;
        }
        base = *found;
    }
    const std::uint32_t tag = ++last_view_;
    if (!space_.reserve(base, size, protection, tag)) {
        return STATUS_CONFLICTING_ADDRESSES;
    }
    views_.emplace(tag, std::move(view));
    for (std::uint32_t at = 0; at < size; at += page_size) {
        const std::uint32_t own = protections ? protections(at / page_size) : protection;
        static_cast<void>(space_.commit(base + at, page_size, own));
    }
    return STATUS_SUCCESS;
}

NTSTATUS MemoryManager::unmap_view(LinearAddress inside) {
    const auto* const reservation = space_.find(inside);
    if (reservation == nullptr || reservation->tag == 0) {
        return STATUS_NOT_MAPPED_VIEW;
    }
    const std::uint32_t tag = reservation->tag;
    const LinearAddress base = reservation->base;
    drop(base, reservation->size);
    space_.release(base);
    const std::shared_ptr<SectionPages> pages = views_.at(tag).pages;
    views_.erase(tag);
    keep_changes_of(*pages);
    return STATUS_SUCCESS;
}

}  // namespace ringside::nt
