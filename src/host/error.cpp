// SPDX-License-Identifier: MIT
#include "host/error.hpp"

#include <cerrno>

namespace ringside::host {

std::string_view name_of(HostError error) {
    switch (error) {
        case HostError::not_found: return "not found";
        case HostError::path_not_found: return "path not found";
        case HostError::invalid_name: return "invalid name";
        case HostError::access_denied: return "access denied";
        case HostError::read_only: return "read-only mount";
        case HostError::not_a_directory: return "not a directory";
        case HostError::is_a_directory: return "is a directory";
        case HostError::exists: return "exists already";
        case HostError::not_empty: return "directory not empty";
        case HostError::disk_full: return "disk full";
        case HostError::too_many_open: return "too many open files";
        case HostError::interrupted: return "interrupted";
        case HostError::broken_pipe: return "broken pipe";
        case HostError::device_error: return "device error";
    }
    return "unknown";
}

HostError from_errno(int number) {
    switch (number) {
        case ENOENT: return HostError::not_found;
        case EACCES:
        case EPERM:
        case ELOOP:  // openat2 and O_NOFOLLOW refuse a symbolic link with this.
        case EXDEV:
        case ENXIO: return HostError::access_denied;
        case EROFS: return HostError::read_only;
        case ENOTDIR: return HostError::not_a_directory;
        case EISDIR: return HostError::is_a_directory;
        case EEXIST: return HostError::exists;
        case ENOTEMPTY: return HostError::not_empty;
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return HostError::disk_full;
        case EMFILE:
        case ENFILE: return HostError::too_many_open;
        case ENAMETOOLONG:
        case EINVAL: return HostError::invalid_name;
        case EINTR: return HostError::interrupted;
        case EPIPE: return HostError::broken_pipe;
        default: return HostError::device_error;
    }
}

}  // namespace ringside::host
