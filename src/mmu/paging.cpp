// SPDX-License-Identifier: MIT
#include "mmu/paging.hpp"

#include "base/bits.hpp"

namespace ringside::mmu {
namespace {

std::uint32_t code_of(Access access, Privilege privilege) {
    std::uint32_t code = 0;
    if (access == Access::write) {
        code |= page_fault_code::write;
    }
    if (privilege == Privilege::user) {
        code |= page_fault_code::user;
    }
    return code;
}

/// Gives how many entries it had to write: one, or none when the bits were set.
unsigned set_bits(PhysicalMemory& memory, PhysicalAddress at, std::uint32_t value,
                  std::uint32_t wanted) {
    if ((value & wanted) == wanted) {
        return 0;
    }
    memory.write<std::uint32_t>(at, value | wanted);
    return 1;
}

}  // namespace

Expected<Translation, PageFault> walk(PhysicalMemory& memory, const PagingMode& mode,
                                      LinearAddress address, Access access, Privilege privilege,
                                      Touch touch) {
    if (!mode.enabled) {
        return Translation{
            .address = {address.value}, .writable = true, .user = true, .dirty = true};
    }
    const auto fault = [&](std::uint32_t why) {
        return Unexpected{PageFault{address, code_of(access, privilege) | why}};
    };

    const PhysicalAddress directory_at = mode.directory + bits(address.value, 31U, 22U) * 4;
    const auto directory = memory.read<std::uint32_t>(directory_at);
    if ((directory & entry::present) == 0) {
        return fault(0);
    }
    const bool is_large = mode.large_pages && (directory & entry::large) != 0;
    if (is_large && (directory & entry::large_reserved) != 0) {
        return fault(page_fault_code::protection | page_fault_code::reserved_bit);
    }

    PhysicalAddress table_at{};
    std::uint32_t table = directory;
    std::uint32_t rights = directory;
    if (!is_large) {
        table_at = PhysicalAddress{directory & entry::frame} + bits(address.value, 21U, 12U) * 4;
        table = memory.read<std::uint32_t>(table_at);
        if ((table & entry::present) == 0) {
            return fault(0);
        }
        rights &= table;
    }

    const bool user_page = (rights & entry::user) != 0;
    const bool writable = (rights & entry::writable) != 0 ||
                          (privilege == Privilege::supervisor && !mode.write_protect);
    if ((privilege == Privilege::user && !user_page) || (access == Access::write && !writable)) {
        return fault(page_fault_code::protection);
    }

    const bool dirty = access == Access::write || (table & entry::dirty) != 0;
    unsigned marked = 0;
    if (touch == Touch::set_accessed_and_dirty) {
        const std::uint32_t marks = entry::accessed | (access == Access::write ? entry::dirty : 0U);
        if (is_large) {
            marked += set_bits(memory, directory_at, directory, marks);
        } else {
            marked += set_bits(memory, directory_at, directory, entry::accessed);
            // The directory may map itself, so the entry is read again before it is marked.
            const auto entry_now = memory.read<std::uint32_t>(table_at);
            marked += set_bits(memory, table_at, entry_now, marks);
        }
    }
    const PhysicalAddress physical =
        is_large ? PhysicalAddress{(directory & entry::large_frame) | bits(address.value, 21U, 0U)}
                 : PhysicalAddress{(table & entry::frame) | page_offset(address)};
    return Translation{physical,
                       writable,
                       user_page,
                       mode.global_pages && (table & entry::global) != 0,
                       dirty,
                       is_large,
                       static_cast<std::uint8_t>(marked)};
}

}  // namespace ringside::mmu
