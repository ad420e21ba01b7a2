// SPDX-License-Identifier: MIT
#pragma once

#include "host/file.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t FILE_ATTRIBUTE_READONLY = 0x01;
inline constexpr std::uint32_t FILE_ATTRIBUTE_DIRECTORY = 0x10;
inline constexpr std::uint32_t FILE_ATTRIBUTE_ARCHIVE = 0x20;
inline constexpr std::uint32_t FILE_ATTRIBUTE_NORMAL = 0x80;

/// Sectors of 512 bytes, eight to a cluster, on every volume.
inline constexpr std::uint32_t bytes_per_sector = 512;
inline constexpr std::uint32_t sectors_per_cluster = 8;

inline std::uint32_t attributes_of(const host::FileFacts& facts) {
    return facts.directory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
}

inline std::int64_t allocation_size(const host::FileFacts& facts) {
    constexpr std::uint64_t cluster = bytes_per_sector * sectors_per_cluster;
    return static_cast<std::int64_t>((facts.size + cluster - 1) / cluster * cluster);
}

inline FILE_BASIC_INFORMATION basic_information(const host::FileFacts& facts) {
    const std::int64_t time = facts.written.ticks;
    return {.CreationTime = time,
            .LastAccessTime = time,
            .LastWriteTime = time,
            .ChangeTime = time,
            .FileAttributes = attributes_of(facts)};
}

inline FILE_NETWORK_OPEN_INFORMATION network_open_information(const host::FileFacts& facts) {
    const std::int64_t time = facts.written.ticks;
    return {.CreationTime = time,
            .LastAccessTime = time,
            .LastWriteTime = time,
            .ChangeTime = time,
            .AllocationSize = allocation_size(facts),
            .EndOfFile = static_cast<std::int64_t>(facts.size),
            .FileAttributes = attributes_of(facts)};
}

}  // namespace ringside::nt
