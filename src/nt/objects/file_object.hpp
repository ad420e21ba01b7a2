// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "host/console.hpp"
#include "host/mounts.hpp"
#include "nt/objects/object.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t FILE_READ_DATA = 0x0001;
inline constexpr std::uint32_t FILE_WRITE_DATA = 0x0002;
inline constexpr std::uint32_t FILE_APPEND_DATA = 0x0004;
inline constexpr std::uint32_t FILE_EXECUTE = 0x0020;
inline constexpr std::uint32_t FILE_READ_ATTRIBUTES = 0x0080;
inline constexpr std::uint32_t FILE_WRITE_ATTRIBUTES = 0x0100;
inline constexpr GenericMapping file_mapping{
    .read = 0x00120089, .write = 0x00120116, .execute = 0x001200A0, .all = 0x001F01FF};

inline constexpr std::uint32_t FILE_SHARE_READ = 1;
inline constexpr std::uint32_t FILE_SHARE_WRITE = 2;
inline constexpr std::uint32_t FILE_SHARE_DELETE = 4;

/// What stands behind a file handle.
enum class Device : std::uint8_t { disk, console, null };

/// Who has a file open and what they let others do (IoCheckShareAccess), by file identity.
class ShareAccess {
  public:
    struct Use {
        std::uint32_t access{};
        std::uint32_t share{};
    };
    [[nodiscard]] bool permits(std::uint64_t identity, Use wanted) const;
    void add(std::uint64_t identity, Use use) { uses_.emplace(identity, use); }
    void remove(std::uint64_t identity, Use use);

    /// While set, nothing that dies is noted: it belongs to a state that is about to be replaced.
    void set_discarding(bool discarding) { discarding_ = discarding; }
    [[nodiscard]] bool discarding() const { return discarding_; }
    void clear() { uses_.clear(); }

  private:
    std::multimap<std::uint64_t, Use> uses_;
    bool discarding_ = false;
};

/// A FILE_OBJECT: an open file or directory of a mount, a console stream, or the null device.
class FileObject final : public Object {
  public:
    /// A file of a mount.
    FileObject(std::shared_ptr<host::File> file, std::u16string path, ShareAccess& shares,
               std::uint64_t identity, ShareAccess::Use use);
    /// A console stream or the null device.
    FileObject(Device device, host::Stream stream);
    /// Of a snapshot; persist() does the rest.
    FileObject(Device device, host::Stream stream, std::shared_ptr<host::File> file);
    ~FileObject() override;

    [[nodiscard]] std::string describe() const override;
    void persist(KernelArchive& archive) override;
    /// Every operation is complete when its service returns.
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return true; }

    const Device device = Device::disk;
    const host::Stream stream = host::Stream::input;
    const std::shared_ptr<host::File> file;  ///< Null unless on a disk.
    std::u16string path;                     ///< `C:\app\data.txt`
    bool synchronous = false;
    bool append_only = false;
    bool delete_on_close = false;
    std::int64_t position = 0;

    /// NtQueryDirectoryFile's snapshot and place in it.
    struct Scan {
        std::u16string pattern;
        std::vector<host::DirectoryEntry> entries;
        std::size_t next = 0;
    };
    std::optional<Scan> scan;

  private:
    ShareAccess* shares_ = nullptr;
    std::uint64_t identity_ = 0;
    ShareAccess::Use use_;
};

}  // namespace ringside::nt
