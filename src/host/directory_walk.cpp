// SPDX-License-Identifier: MIT
#include "host/directory_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "host/path.hpp"
#include "host/utf16.hpp"

namespace ringside::host {
namespace {

constexpr mode_t new_file_mode = 0666;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

/// A stream of its own position: a duplicate would share the descriptor's.
DirectoryStream stream_of(const Descriptor& directory) {
    const int number = ::openat(directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) {
        return nullptr;
    }
    DirectoryStream stream{::fdopendir(number)};
    if (!stream) {
        ::close(number);
    }
    return stream;
}

bool is_plain(const struct stat& status) {
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

bool is_one_component(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

int open_beneath(int directory, const char* name, int flags, bool allow_openat2) {
    flags |= O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    if (allow_openat2) {
        open_how how{};
        how.flags = static_cast<decltype(how.flags)>(flags);
        how.mode = (flags & O_CREAT) != 0 ? new_file_mode : 0;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
        const long number = ::syscall(SYS_openat2, directory, name, &how, sizeof how);
        // Kernels before 5.6 lack the call and some sandboxes refuse it; the walk is by single
        // components, so O_NOFOLLOW alone holds the border too.
        if (number >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return static_cast<int>(number);
        }
    }
    return ::openat(directory, name, flags, new_file_mode);
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Expected<Descriptor, HostError> open_root(const std::string& host_path) {
    const int number = ::open(host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) {
        return Unexpected{from_errno(errno)};
    }
    return Descriptor{number};
}

Expected<Descriptor, HostError> open_entry(const Descriptor& directory, const std::string& name,
                                           int flags, bool allow_openat2) {
    if (!is_one_component(name)) {
        return Unexpected{HostError::invalid_name};
    }
    struct stat status {};
    if ((flags & O_CREAT) == 0) {
        // Asked before opening: opening a device can already have an effect.
        if (::fstatat(directory.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            return Unexpected{from_errno(errno)};
        }
        if (!is_plain(status)) {
            return Unexpected{HostError::access_denied};
        }
    }
    const int number = open_beneath(directory.number(), name.c_str(), flags, allow_openat2);
    if (number < 0) {
        return Unexpected{from_errno(errno)};
    }
    Descriptor opened{number};
    if (::fstat(number, &status) != 0 || !is_plain(status)) {
        return Unexpected{HostError::access_denied};
    }
    return opened;
}

std::optional<std::string> find_entry(const Descriptor& directory, std::u16string_view component) {
    const auto exact = to_utf8(component);
    if (!exact || !is_one_component(*exact)) {
        return std::nullopt;
    }
    struct stat status {};
    if (::fstatat(directory.number(), exact->c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return exact;
    }
    const DirectoryStream stream = stream_of(directory);
    if (!stream) {
        return std::nullopt;
    }
    const std::u16string wanted = upcase(component);
    std::optional<std::string> found;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        const auto spelled = to_utf16(name);
        if (spelled && upcase(*spelled) == wanted && (!found || name < *found)) {
            found = name;
        }
    }
    return found;
}

Expected<std::vector<HostEntry>, HostError> read_entries(const Descriptor& directory) {
    const DirectoryStream stream = stream_of(directory);
    if (!stream) {
        return Unexpected{from_errno(errno)};
    }
    std::vector<HostEntry> entries;
    while (const dirent* entry = ::readdir(stream.get())) {
        HostEntry found{.name = {}, .host_name = entry->d_name};
        const auto spelled = to_utf16(found.host_name);
        const bool known =
            ::fstatat(directory.number(), entry->d_name, &found.status, AT_SYMLINK_NOFOLLOW) == 0;
        if (spelled && is_valid_component(*spelled) && known && is_plain(found.status)) {
            found.name = *spelled;
            entries.push_back(std::move(found));
        }
    }
    std::sort(entries.begin(), entries.end(), [](const HostEntry& a, const HostEntry& b) {
        const auto left = upcase(a.name);
        const auto right = upcase(b.name);
        return left != right ? left < right : a.host_name < b.host_name;
    });
    return entries;
}

}  // namespace ringside::host
