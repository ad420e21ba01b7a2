// SPDX-License-Identifier: MIT
#include "mmu/mmu.hpp"

namespace ringside::mmu {

void Mmu::set_mode(const PagingMode& mode) {
    mode_ = mode;
    flush();
}

void Mmu::load_directory(PhysicalAddress directory) {
    mode_.directory = directory;
    supervisor_.flush_local();
    user_.flush_local();
    code_supervisor_.flush_local();
    code_user_.flush_local();
    ++code_generation_;
    if (observer_ != nullptr) {
        observer_->local_dropped();
    }
}

void Mmu::invalidate_page(LinearAddress a) {
    supervisor_.flush_page(a);
    user_.flush_page(a);
    code_supervisor_.flush_page(a);
    code_user_.flush_page(a);
    ++code_generation_;
    if (observer_ != nullptr) {
        observer_->page_dropped(a);
    }
}

void Mmu::flush() {
    supervisor_.flush();
    user_.flush();
    code_supervisor_.flush();
    code_user_.flush();
    ++code_generation_;
    if (observer_ != nullptr) {
        observer_->all_dropped();
    }
}

void Mmu::watch_code(PhysicalAddress frame) {
    if (memory_.is_code_page(frame)) {
        return;  // no translation of it has allowed writes since it was marked
    }
    memory_.set_code_page(frame, true);
    supervisor_.forbid_writes(frame);
    user_.forbid_writes(frame);
}

Expected<PhysicalAddress, PageFault> Mmu::resolve(LinearAddress a, Access access,
                                                  Privilege privilege) {
    if (access == Access::execute) {
        Tlb& tlb = privilege == Privilege::user ? code_user_ : code_supervisor_;
        const TlbEntry& entry = tlb.slot(a);
        if (entry.read_tag == page_of(a).value) {
            return entry.frame + page_offset(a);
        }
        if (entry.read_tag != TlbEntry::no_page) {
            ++code_generation_;
        }
        return fill(tlb, a, access, privilege);
    }
    Tlb& tlb = this->tlb(privilege);
    const TlbEntry& entry = tlb.slot(a);
    const std::uint32_t tag = access == Access::write ? entry.write_tag : entry.read_tag;
    if (tag == page_of(a).value) {
        return entry.frame + page_offset(a);
    }
    return fill(tlb, a, access, privilege);
}

Expected<PhysicalAddress, PageFault> Mmu::fill(Tlb& tlb, LinearAddress a, Access access,
                                               Privilege privilege) {
    const auto found = walk(memory_, mode_, a, access, privilege, Touch::set_accessed_and_dirty);
    if (!found) {
        // A CPU drops the translation that faulted, so that a handler which only repairs the
        // table need not flush (Intel SDM vol. 3, "Invalidation of TLBs").
        tlb.flush_page(a);
        if (observer_ != nullptr) {
            observer_->page_dropped(a);
        }
        return Unexpected{found.error()};
    }
    entries_marked_ += found->entries_marked;
    TlbEntry& entry = tlb.slot(a);
    const PhysicalAddress frame = page_of(found->address);
    entry = TlbEntry{};
    entry.frame = frame;
    entry.global = found->global;
    if (access == Access::execute) {
        entry.read_tag = page_of(a).value;
        return found->address;
    }
    if (std::byte* const host = memory_.host(frame)) {
        entry.addend = reinterpret_cast<std::uintptr_t>(host) - page_of(a).value;
        entry.read_tag = page_of(a).value;
        // A clean page must be walked again by its first write, to set the dirty bit.
        if (found->writable && found->dirty && memory_.is_plain_page(frame)) {
            entry.write_tag = page_of(a).value;
        }
    }
    return found->address;
}

Expected<PhysicalAddress, PageFault> Mmu::translate(LinearAddress a, Access access,
                                                    Privilege privilege) const {
    const auto found = walk(memory_, mode_, a, access, privilege, Touch::look);
    if (!found) {
        return Unexpected{found.error()};
    }
    return found->address;
}

}  // namespace ringside::mmu
