// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "host/file.hpp"
#include "host/file_system.hpp"
#include "host/host_file.hpp"
#include "host/path.hpp"

namespace ringside {
class Archive;
}

namespace ringside::host {

/// The guest's whole file system: drives, host directories hung into them, and files from memory.
/// A host directory is entered component by component without following links, so nothing outside
/// it can be named. Names compare without case; the tree's own entries hide host entries of the
/// same name.
class Mounts final : public FileSystem {
  public:
    Mounts();
    ~Mounts() override;

    /// Hangs a host directory in at a guest path such as `C:\app`; the directories above it come
    /// into being. Throws InputError when the host directory cannot be opened.
    void add_directory(std::u16string_view guest, const std::string& host_path, bool writable);

    /// A read-only file; `bytes` must outlive the mounts.
    void add_file(std::u16string_view guest, std::span<const std::byte> bytes, FileTime written);
    /// The same of bytes that the mounts keep themselves.
    void add_file(std::u16string_view guest, std::vector<std::byte>&& bytes, FileTime written);

    [[nodiscard]] Expected<OpenedFile, HostError> open(const GuestPath&,
                                                       const OpenRequest&) override;
    [[nodiscard]] Expected<void, HostError> rename(File&, const GuestPath& to,
                                                   bool replace) override;
    [[nodiscard]] bool has_drive(char16_t letter) const override;

    /// Saves which numbers files were given, by their paths, or loads them for the files that are
    /// there now.
    void persist_identities(Archive& archive);

    /// For tests: walk as on a host without openat2.
    void use_openat2(bool use) { use_openat2_ = use; }

  private:
    struct Node;
    struct Target;

    [[nodiscard]] Node& make_node(std::u16string_view guest);
    [[nodiscard]] Expected<Target, HostError> find(const GuestPath&) const;
    [[nodiscard]] Expected<OpenedFile, HostError> open_node(const Node&, const OpenRequest&);
    [[nodiscard]] Expected<OpenedFile, HostError> open_on_host(const Target&, const OpenRequest&,
                                                               const std::u16string& path);
    [[nodiscard]] Expected<OpenedFile, HostError> create_on_host(const Target&, const OpenRequest&,
                                                                 const std::u16string& path);
    [[nodiscard]] std::vector<DirectoryEntry> entries_of(const Node&) const;

    std::map<char16_t, std::unique_ptr<Node>> drives_;
    std::deque<std::vector<std::byte>> kept_;
    FileIdentities identities_;
    bool use_openat2_ = true;
};

}  // namespace ringside::host
