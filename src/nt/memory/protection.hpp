// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "mmu/paging.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t PAGE_NOACCESS = 0x01;
inline constexpr std::uint32_t PAGE_READONLY = 0x02;
inline constexpr std::uint32_t PAGE_READWRITE = 0x04;
inline constexpr std::uint32_t PAGE_WRITECOPY = 0x08;
inline constexpr std::uint32_t PAGE_EXECUTE = 0x10;
inline constexpr std::uint32_t PAGE_EXECUTE_READ = 0x20;
inline constexpr std::uint32_t PAGE_EXECUTE_READWRITE = 0x40;
inline constexpr std::uint32_t PAGE_EXECUTE_WRITECOPY = 0x80;
inline constexpr std::uint32_t PAGE_GUARD = 0x100;
inline constexpr std::uint32_t PAGE_NOCACHE = 0x200;

inline constexpr std::uint32_t MEM_COMMIT = 0x1000;
inline constexpr std::uint32_t MEM_RESERVE = 0x2000;
inline constexpr std::uint32_t MEM_DECOMMIT = 0x4000;
inline constexpr std::uint32_t MEM_RELEASE = 0x8000;
inline constexpr std::uint32_t MEM_FREE = 0x10000;
inline constexpr std::uint32_t MEM_PRIVATE = 0x20000;
inline constexpr std::uint32_t MEM_MAPPED = 0x40000;
inline constexpr std::uint32_t MEM_RESET = 0x80000;
inline constexpr std::uint32_t MEM_TOP_DOWN = 0x100000;
inline constexpr std::uint32_t MEM_IMAGE = 0x1000000;

inline constexpr std::uint32_t SEC_FILE = 0x800000;
inline constexpr std::uint32_t SEC_IMAGE = 0x1000000;
inline constexpr std::uint32_t SEC_RESERVE = 0x4000000;
inline constexpr std::uint32_t SEC_COMMIT = 0x8000000;
inline constexpr std::uint32_t SEC_NOCACHE = 0x10000000;

/// The base protection: one of the eight, without PAGE_GUARD and PAGE_NOCACHE.
constexpr std::uint32_t base_protection(std::uint32_t protection) {
    return protection & 0xFF;
}

/// One base protection and at most the two modifiers, of which PAGE_NOACCESS takes none.
constexpr bool is_valid_protection(std::uint32_t protection) {
    const std::uint32_t base = base_protection(protection);
    const bool one = base != 0 && (base & (base - 1)) == 0;
    const std::uint32_t modifiers = protection & ~std::uint32_t{0xFF};
    const bool known = (modifiers & ~(PAGE_GUARD | PAGE_NOCACHE)) == 0;
    return one && known && (base != PAGE_NOACCESS || modifiers == 0);
}

constexpr bool is_copy_on_write(std::uint32_t protection) {
    return (protection & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY)) != 0;
}

constexpr bool allows_write(std::uint32_t protection) {
    return (protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)) != 0 ||
           is_copy_on_write(protection);
}

/// Whether an access may be made once the page is there. Without NX an i386 page that can be read
/// can be executed, and the other way round.
constexpr bool allows(std::uint32_t protection, mmu::Access access) {
    if (base_protection(protection) == PAGE_NOACCESS || base_protection(protection) == 0) {
        return false;
    }
    return access != mmu::Access::write || allows_write(protection);
}

/// What a page of a copy-on-write view may be given, and what it becomes once it is private.
constexpr std::uint32_t as_write_copy(std::uint32_t protection) {
    switch (base_protection(protection)) {
        case PAGE_READWRITE: return (protection & ~PAGE_READWRITE) | PAGE_WRITECOPY;
        case PAGE_EXECUTE_READWRITE:
            return (protection & ~PAGE_EXECUTE_READWRITE) | PAGE_EXECUTE_WRITECOPY;
        default: return protection;
    }
}
constexpr std::uint32_t as_private(std::uint32_t protection) {
    switch (base_protection(protection)) {
        case PAGE_WRITECOPY: return (protection & ~PAGE_WRITECOPY) | PAGE_READWRITE;
        case PAGE_EXECUTE_WRITECOPY:
            return (protection & ~PAGE_EXECUTE_WRITECOPY) | PAGE_EXECUTE_READWRITE;
        default: return protection;
    }
}

}  // namespace ringside::nt
