// SPDX-License-Identifier: MIT
#include "nt/memory/page_tables.hpp"

#include "base/ensure.hpp"

namespace ringside::nt {
namespace {

using namespace mmu::entry;

constexpr LinearAddress user_end{0x80000000};

PhysicalAddress table_entry(std::uint32_t directory_entry, LinearAddress a) {
    return PhysicalAddress{directory_entry & frame} + ((a.value >> 12) & 0x3FF) * 4;
}

}  // namespace

PageTables::PageTables(mmu::Mmu& mmu, PageAllocator& pages, LinearAddress shown_at)
    : mmu_(mmu), pages_(pages) {
    const auto directory = pages.allocate();
    ensure(directory.has_value(), "there is RAM for a page directory");
    directory_ = *directory;
    mmu_.memory().write(directory_entry(shown_at), directory_.value | present | writable);
}

bool PageTables::set(LinearAddress a, std::uint32_t entry) {
    mmu::PhysicalMemory& memory = mmu_.memory();
    auto upper = memory.read<std::uint32_t>(directory_entry(a));
    if ((upper & present) == 0) {
        const auto table = pages_.allocate();
        if (!table) {
            return false;
        }
        upper = table->value | present | writable | (a < user_end ? user : 0);
        memory.write(directory_entry(a), upper);
    }
    memory.write(table_entry(upper, a), entry);
    mmu_.invalidate_page(a);
    return true;
}

void PageTables::clear(LinearAddress a) {
    const auto upper = mmu_.memory().read<std::uint32_t>(directory_entry(a));
    if ((upper & present) != 0) {
        mmu_.memory().write(table_entry(upper, a), std::uint32_t{0});
        mmu_.invalidate_page(a);
    }
}

std::uint32_t PageTables::entry(LinearAddress a) const {
    const auto upper = mmu_.memory().read<std::uint32_t>(directory_entry(a));
    if ((upper & present) == 0) {
        return 0;
    }
    return mmu_.memory().read<std::uint32_t>(table_entry(upper, a));
}

}  // namespace ringside::nt
