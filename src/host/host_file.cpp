// SPDX-License-Identifier: MIT
#include "host/host_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace ringside::host {
namespace {

constexpr auto max_offset = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());

Expected<void, HostError> answer(int result) {
    if (result != 0) {
        return Unexpected{from_errno(errno)};
    }
    return {};
}

FileTime file_time(const timespec& time) {
    return FileTime{(time.tv_sec + unix_epoch_seconds) * ticks_per_second + time.tv_nsec / 100};
}

timespec host_time(FileTime time) {
    return {.tv_sec = time.ticks / ticks_per_second - unix_epoch_seconds,
            .tv_nsec = time.ticks % ticks_per_second * 100};
}

}  // namespace

std::uint64_t FileIdentities::of(const struct stat& status, const std::u16string& path) {
    const auto [entry, added] = known_.try_emplace({status.st_dev, status.st_ino}, last_ + 1);
    if (added) {
        ++last_;
    }
    paths_[entry->second] = path;
    return entry->second;
}

void FileIdentities::moved(std::uint64_t number, std::u16string path) {
    paths_[number] = std::move(path);
}

void FileIdentities::restart(std::uint64_t last) {
    known_.clear();
    paths_.clear();
    last_ = last;
}

void FileIdentities::assign(const struct stat& status, std::uint64_t number, std::u16string path) {
    known_.try_emplace({status.st_dev, status.st_ino}, number);
    paths_[number] = std::move(path);
}

FileFacts facts_of(const struct stat& status, bool read_only) {
    const bool directory = S_ISDIR(status.st_mode);
    return {.directory = directory,
            .read_only = read_only,
            .size = directory ? 0 : static_cast<std::uint64_t>(status.st_size),
            .written = file_time(status.st_mtim)};
}

Expected<FileFacts, HostError> HostFile::facts() const {
    struct stat status {};
    if (::fstat(descriptor_.number(), &status) != 0) {
        return Unexpected{from_errno(errno)};
    }
    FileFacts facts = facts_of(status, !writable_);
    facts.identity = identity_;
    return facts;
}

Expected<std::size_t, HostError> HostFile::read_at(std::uint64_t offset,
                                                   std::span<std::byte> to) const {
    std::size_t done = 0;
    while (done < to.size() && offset <= max_offset - done) {
        const ssize_t got = ::pread(descriptor_.number(), to.data() + done, to.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got == 0) {
            break;
        }
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            return Unexpected{from_errno(errno)};
        }
    }
    return done;
}

Expected<void, HostError> HostFile::write_at(std::uint64_t offset,
                                             std::span<const std::byte> from) {
    if (!writable_) {
        return Unexpected{HostError::read_only};
    }
    if (offset > max_offset - from.size()) {
        return Unexpected{HostError::disk_full};
    }
    while (!from.empty()) {
        const ssize_t put =
            ::pwrite(descriptor_.number(), from.data(), from.size(), static_cast<off_t>(offset));
        if (put >= 0) {
            offset += static_cast<std::uint64_t>(put);
            from = from.subspan(static_cast<std::size_t>(put));
        } else if (errno != EINTR) {
            return Unexpected{errno == EBADF ? HostError::access_denied : from_errno(errno)};
        }
    }
    return {};
}

Expected<void, HostError> HostFile::set_size(std::uint64_t size) {
    if (!writable_) {
        return Unexpected{HostError::read_only};
    }
    if (size > max_offset) {
        return Unexpected{HostError::disk_full};
    }
    return answer(::ftruncate(descriptor_.number(), static_cast<off_t>(size)));
}

Expected<void, HostError> HostFile::set_written(FileTime time) {
    if (!writable_) {
        return Unexpected{HostError::read_only};
    }
    const timespec times[2]{host_time(time), host_time(time)};
    return answer(::futimens(descriptor_.number(), times));
}

Expected<void, HostError> HostFile::flush() {
    // Data reaches the host with each write; only its own disk cache is left, which is its
    // business.
    return {};
}

bool HostFile::name_is_current() const {
    struct stat named {};
    struct stat opened {};
    return place_.directory != nullptr &&
           ::fstatat(place_.directory->number(), place_.name.c_str(), &named,
                     AT_SYMLINK_NOFOLLOW) == 0 &&
           ::fstat(descriptor_.number(), &opened) == 0 && named.st_dev == opened.st_dev &&
           named.st_ino == opened.st_ino;
}

Expected<void, HostError> HostFile::may_remove() const {
    if (!writable_) {
        return Unexpected{HostError::read_only};
    }
    if (place_.directory == nullptr) {
        return Unexpected{HostError::access_denied};  // The mount's own directory.
    }
    const auto facts = this->facts();
    if (facts && facts->directory) {
        const auto inside = read_entries(descriptor_);
        if (inside && !inside->empty()) {
            return Unexpected{HostError::not_empty};
        }
    }
    return {};
}

Expected<void, HostError> HostFile::remove() {
    if (const auto allowed = may_remove(); !allowed) {
        return allowed;
    }
    if (!name_is_current()) {
        return Unexpected{HostError::not_found};
    }
    const auto facts = this->facts();
    const int flags = facts && facts->directory ? AT_REMOVEDIR : 0;
    return answer(::unlinkat(place_.directory->number(), place_.name.c_str(), flags));
}

Expected<std::vector<DirectoryEntry>, HostError> HostFile::entries() const {
    const auto found = read_entries(descriptor_);
    if (!found) {
        return Unexpected{found.error()};
    }
    std::vector<DirectoryEntry> entries;
    entries.reserve(found->size());
    for (const HostEntry& entry : *found) {
        entries.push_back({.name = entry.name, .facts = facts_of(entry.status, !writable_)});
    }
    return entries;
}

}  // namespace ringside::host
