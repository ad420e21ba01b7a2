// SPDX-License-Identifier: MIT
#include "nt/memory/memory_manager.hpp"

#include <array>

#include "base/ensure.hpp"

namespace ringside::nt {

using namespace mmu::entry;

MemoryManager::MemoryManager(PageTables& tables, PageAllocator& pages)
    : tables_(tables),
      pages_(pages),
      space_(lowest_user_address, mm_user_probe_address, allocation_granularity),
      commit_limit_(std::uint64_t{pages.available()} * page_size) {}

MemoryManager::~MemoryManager() = default;

const View* MemoryManager::view_at(LinearAddress a) const {
    const auto* const reservation = space_.find(a);
    if (reservation == nullptr || reservation->tag == 0) {
        return nullptr;
    }
    return &views_.at(reservation->tag);
}

std::uint32_t MemoryManager::resolve(LinearAddress a, mmu::Access access, guest::ProcessorMode) {
    return access_fault(a, access).value;
}

NTSTATUS MemoryManager::access_fault(LinearAddress a, mmu::Access access) {
    const auto run = space_.page(a);
    if (a > highest_user_address || !run || !run->committed ||
        base_protection(run->protection) == PAGE_NOACCESS) {
        return STATUS_ACCESS_VIOLATION;
    }
    const std::uint32_t protection = run->protection & ~PAGE_GUARD;
    if (protection != run->protection) {
        ensure(space_.protect(page_of(a), page_size, protection), "a guard page is committed");
        const NTSTATUS hit = guard_page_hit(a);
        if (hit != STATUS_SUCCESS) {
            return hit;
        }
    }
    if (!allows(protection, access)) {
        return STATUS_ACCESS_VIOLATION;
    }
    return make_present(a, access, protection);
}

bool MemoryManager::preview(LinearAddress a, std::span<std::byte, page_size> to) const {
    const auto run = space_.page(a);
    if (a > highest_user_address || !run || !run->committed ||
        (run->protection & PAGE_GUARD) != 0 || !allows(run->protection, mmu::Access::read)) {
        return false;
    }
    const LinearAddress page = page_of(a);
    if (const auto mapped = mapped_.find(page.value); mapped != mapped_.end()) {
        pages_.memory().read_bytes(mapped->second.page, to);
        return true;
    }
    const auto& reservation = *space_.find(a);
    if (reservation.tag == 0) {
        std::fill(to.begin(), to.end(), std::byte{0});
        return true;
    }
    const View& view = views_.at(reservation.tag);
    const std::uint32_t index = view.first_page + (page - reservation.base) / page_size;
    return view.pages->preview(index, view.image, to);
}

NTSTATUS MemoryManager::guard_page_hit(LinearAddress a) {
    const auto stack = user_stack_ ? user_stack_() : std::nullopt;
    if (!stack || a < stack->deallocation || a >= stack->base) {
        return STATUS_GUARD_PAGE_VIOLATION;
    }
    // The guard moves one page down. When it would reach the lowest page, which is never committed,
    // the page above that is given to the handler of the overflow.
    const LinearAddress page = page_of(a);
    const LinearAddress next = page - page_size;
    const bool last = next.value <= stack->deallocation.value + page_size;
    const std::uint32_t protection = last ? PAGE_READWRITE : PAGE_READWRITE | PAGE_GUARD;
    const bool grows = next > stack->deallocation && may_commit(page_size) &&
                       space_.commit(next, page_size, protection);
    stack_grown_(grows && last ? next : page);
    return grows && !last ? STATUS_SUCCESS : STATUS_STACK_OVERFLOW;
}

NTSTATUS MemoryManager::enter(LinearAddress page, Mapped mapped, std::uint32_t protection,
                              bool may_write) {
    std::uint32_t bits = mapped.page.value | present | user;
    if (may_write) {
        bits |= writable;
    } else if (is_copy_on_write(protection)) {
        bits |= pte_copy_on_write;
    }
    if (!tables_.set(page, bits)) {
        if (mapped.owned) {
            pages_.free(mapped.page);
        }
        mapped_.erase(page.value);
        return STATUS_NO_MEMORY;
    }
    mapped_.insert_or_assign(page.value, mapped);
    return STATUS_SUCCESS;
}

NTSTATUS MemoryManager::make_private(LinearAddress page, std::optional<PhysicalAddress> from,
                                     std::uint32_t protection) {
    const auto own = pages_.allocate();
    if (!own) {
        return STATUS_NO_MEMORY;
    }
    if (from) {
        std::array<std::byte, page_size> bytes{};
        pages_.memory().read_bytes(*from, bytes);
        pages_.memory().write_bytes(*own, bytes);
    }
    return enter(page, {.page = *own, .owned = true}, protection, allows_write(protection));
}

NTSTATUS MemoryManager::make_present(LinearAddress a, mmu::Access access,
                                     std::uint32_t protection) {
    const LinearAddress page = page_of(a);
    const auto mapped = mapped_.find(page.value);
    if (mapped != mapped_.end() && mapped->second.owned) {
        return enter(page, mapped->second, protection, allows_write(protection));
    }
    const auto& reservation = *space_.find(a);
    if (reservation.tag == 0) {
        if (mapped != mapped_.end()) {
            return enter(page, mapped->second, protection, allows_write(protection));
        }
        return make_private(page, std::nullopt, protection);
    }
    View& view = views_.at(reservation.tag);
    const std::uint32_t index = view.first_page + (page - reservation.base) / page_size;
    const auto shared = view.pages->page(index);
    if (shared.failure != SectionPages::Failure::none) {
        const bool memory = shared.failure == SectionPages::Failure::no_memory;
        return memory ? STATUS_NO_MEMORY : STATUS_IN_PAGE_ERROR;
    }
    if (access != mmu::Access::write) {
        return enter(page, {.page = shared.address}, protection, false);
    }
    if (is_copy_on_write(protection)) {
        const NTSTATUS copied = make_private(page, shared.address, as_private(protection));
        if (nt_success(copied)) {
            ensure(space_.protect(page, page_size, as_private(protection)), "the page is there");
        }
        return copied;
    }
    view.pages->mark_dirty(index);
    return enter(page, {.page = shared.address}, protection, true);
}

void MemoryManager::drop(LinearAddress start, std::uint32_t size) {
    const std::uint64_t end = std::uint64_t{start.value} + size;
    auto at = mapped_.lower_bound(start.value);
    while (at != mapped_.end() && at->first < end) {
        tables_.clear(LinearAddress{at->first});
        if (at->second.owned) {
            pages_.free(at->second.page);
        }
        at = mapped_.erase(at);
    }
}

/// Views that stay must ask again before they write, so that later changes are noticed too.
void MemoryManager::keep_changes_of(SectionPages& pages) {
    pages.keep_changes();
    space_.for_each([&](const kernelkit::Reservation& reservation, const kernelkit::PageRun& run) {
        if (reservation.tag != 0 && views_.at(reservation.tag).pages.get() == &pages) {
            refault(run.start, run.size);
        }
    });
}

void MemoryManager::keep_changes() {
    for (auto& [number, view] : views_) {
        keep_changes_of(*view.pages);
    }
}

void MemoryManager::map_fixed(LinearAddress a, PhysicalAddress page, std::uint32_t reserved,
                              std::uint32_t protection) {
    ensure(space_.reserve(a, reserved, protection, 0) && space_.commit(a, page_size, protection) &&
               enter(a, {.page = page}, protection, false) == STATUS_SUCCESS,
           "a fixed page has its place");
}

}  // namespace ringside::nt
