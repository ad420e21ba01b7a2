// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/expected.hpp"
#include "host/file.hpp"
#include "host/path.hpp"

namespace ringside::host {

/// What to do about a file that exists, and about one that does not (NtCreateFile's rows).
enum class Disposition { open, create, open_or_create, overwrite, overwrite_or_create, supersede };
enum class Kind { any, file, directory };
enum class Opened { opened, created, overwritten, superseded };

struct OpenRequest {
    Disposition disposition = Disposition::open;
    Kind kind = Kind::any;
    bool write = false;
    FileTime now{};  ///< The guest's time, for a file that is created or emptied.
};

struct OpenedFile {
    std::unique_ptr<File> file;
    Opened action = Opened::opened;
};

/// The guest's whole file system, as a kernel asks for it.
class FileSystem {
  public:
    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;
    virtual ~FileSystem() = default;

    [[nodiscard]] virtual Expected<OpenedFile, HostError> open(const GuestPath&,
                                                               const OpenRequest&) = 0;
    /// Moves an open file to another name on the same mount.
    [[nodiscard]] virtual Expected<void, HostError> rename(File&, const GuestPath& to,
                                                           bool replace) = 0;
    [[nodiscard]] virtual bool has_drive(char16_t letter) const = 0;
};

}  // namespace ringside::host
