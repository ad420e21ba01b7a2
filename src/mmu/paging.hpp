// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::mmu {

enum class Access : std::uint8_t { read, write, execute };
enum class Privilege : std::uint8_t { supervisor, user };

/// Bits of a page-directory or page-table entry (Intel SDM vol. 3, "Page-Directory and Page-Table
/// Entries").
namespace entry {
inline constexpr std::uint32_t present = 0x001;
inline constexpr std::uint32_t writable = 0x002;
inline constexpr std::uint32_t user = 0x004;
inline constexpr std::uint32_t accessed = 0x020;
inline constexpr std::uint32_t dirty = 0x040;
inline constexpr std::uint32_t large = 0x080;
inline constexpr std::uint32_t global = 0x100;
inline constexpr std::uint32_t frame = 0xFFFFF000;
inline constexpr std::uint32_t large_frame = 0xFFC00000;
/// Without PSE-36 and PAT these bits of a 4 MiB entry must be zero.
inline constexpr std::uint32_t large_reserved = 0x003FF000;
}  // namespace entry

/// Bits of a page-fault error code (Intel SDM vol. 3, "Interrupt 14").
namespace page_fault_code {
inline constexpr std::uint32_t protection = 1;
inline constexpr std::uint32_t write = 2;
inline constexpr std::uint32_t user = 4;
inline constexpr std::uint32_t reserved_bit = 8;
}  // namespace page_fault_code

/// Why a linear address has no translation: what CR2 and the error code of #PF will hold.
struct PageFault {
    LinearAddress address;
    std::uint32_t error_code = 0;
};

/// The control-register state that decides a translation.
struct PagingMode {
    bool enabled = false;         ///< CR0.PG
    bool write_protect = false;   ///< CR0.WP
    bool large_pages = false;     ///< CR4.PSE
    bool global_pages = false;    ///< CR4.PGE
    PhysicalAddress directory{};  ///< CR3, bits 31 to 12
};

/// One finished walk of the two-level tables.
struct Translation {
    PhysicalAddress address;
    bool writable = false;  ///< by this privilege, CR0.WP considered
    bool user = false;      ///< both levels have U/S set
    bool global = false;
    bool dirty = false;
    bool large = false;             ///< a 4 MiB page
    std::uint8_t entries_marked{};  ///< in how many entries the walk set bits: 0 to 2
};

enum class Touch : std::uint8_t { look, set_accessed_and_dirty };

/// Walks the page tables for one access. With Touch::look nothing changes, so a debugger may ask
/// as often as it likes; otherwise accessed and dirty bits are set once the access is allowed.
Expected<Translation, PageFault> walk(PhysicalMemory& memory, const PagingMode& mode,
                                      LinearAddress address, Access access, Privilege privilege,
                                      Touch touch);

}  // namespace ringside::mmu
