// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "host/date.hpp"
#include "host/error.hpp"

namespace ringside::host {

/// What a guest may know about a file. No owner, inode or access time: they differ between hosts.
struct FileFacts {
    bool directory = false;
    bool read_only = true;
    std::uint64_t size = 0;  ///< Bytes; 0 for a directory.
    FileTime written{};
    std::uint64_t identity = 0;  ///< Counted in the order in which files were first opened.
};

struct DirectoryEntry {
    std::u16string name;
    FileFacts facts;  ///< `identity` is 0: the entry was not opened.
};

/// An open file or directory of a mount. Every operation answers an error as a value.
class File {
  public:
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    virtual ~File() = default;

    [[nodiscard]] virtual Expected<FileFacts, HostError> facts() const = 0;

    /// Bytes read; 0 at and behind the end.
    [[nodiscard]] virtual Expected<std::size_t, HostError> read_at(std::uint64_t offset,
                                                                   std::span<std::byte>) const = 0;
    /// Writes all bytes or fails; a gap before `offset` reads as zeros.
    [[nodiscard]] virtual Expected<void, HostError> write_at(std::uint64_t offset,
                                                             std::span<const std::byte>) = 0;
    [[nodiscard]] virtual Expected<void, HostError> set_size(std::uint64_t) = 0;
    [[nodiscard]] virtual Expected<void, HostError> set_written(FileTime) = 0;
    [[nodiscard]] virtual Expected<void, HostError> flush() = 0;
    /// Takes the name away; the open file stays readable.
    [[nodiscard]] virtual Expected<void, HostError> remove() = 0;
    /// Whether `remove` would be refused, without doing it.
    [[nodiscard]] virtual Expected<void, HostError> may_remove() const = 0;
    /// The entries of a directory, without `.` and `..`, in upcased order.
    [[nodiscard]] virtual Expected<std::vector<DirectoryEntry>, HostError> entries() const = 0;
};

}  // namespace ringside::host
