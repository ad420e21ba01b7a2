// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "host/directory_walk.hpp"
#include "host/file.hpp"

namespace ringside::host {

/// Numbers given to files in the order in which a guest first opened them, so that no host inode
/// number reaches it.
class FileIdentities {
  public:
    /// `path` is where the guest found it.
    [[nodiscard]] std::uint64_t of(const struct stat&, const std::u16string& path);
    [[nodiscard]] std::uint64_t fresh() { return ++last_; }
    /// The file of that number is to be found there from now on.
    void moved(std::uint64_t number, std::u16string path);

    /// Where each file that has a number was found, and the last number.
    [[nodiscard]] const std::map<std::uint64_t, std::u16string>& paths() const { return paths_; }
    [[nodiscard]] std::uint64_t last() const { return last_; }
    /// As if no file had one, but numbers up to that were used.
    void restart(std::uint64_t last);
    /// This file has that number, from the time before.
    void assign(const struct stat&, std::uint64_t number, std::u16string path);

  private:
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> known_;
    std::map<std::uint64_t, std::u16string> paths_;
    std::uint64_t last_ = 0;
};

/// Where a file's name stands, for removing and renaming it.
struct HostPlace {
    std::shared_ptr<const Descriptor> directory;
    std::string name;
};

[[nodiscard]] FileFacts facts_of(const struct stat&, bool read_only);

/// A regular file or directory below a mounted host directory.
class HostFile final : public File {
  public:
    HostFile(Descriptor descriptor, HostPlace place, bool writable_mount, std::uint64_t identity)
        : descriptor_(std::move(descriptor)),
          place_(std::move(place)),
          writable_(writable_mount),
          identity_(identity) {}

    [[nodiscard]] Expected<FileFacts, HostError> facts() const override;
    [[nodiscard]] Expected<std::size_t, HostError> read_at(std::uint64_t offset,
                                                           std::span<std::byte>) const override;
    [[nodiscard]] Expected<void, HostError> write_at(std::uint64_t offset,
                                                     std::span<const std::byte>) override;
    [[nodiscard]] Expected<void, HostError> set_size(std::uint64_t) override;
    [[nodiscard]] Expected<void, HostError> set_written(FileTime) override;
    [[nodiscard]] Expected<void, HostError> flush() override;
    [[nodiscard]] Expected<void, HostError> remove() override;
    [[nodiscard]] Expected<void, HostError> may_remove() const override;
    [[nodiscard]] Expected<std::vector<DirectoryEntry>, HostError> entries() const override;

    [[nodiscard]] const HostPlace& place() const { return place_; }
    void moved_to(HostPlace place) { place_ = std::move(place); }
    [[nodiscard]] bool writable_mount() const { return writable_; }
    /// Whether the name still leads to this file; another may stand there by now.
    [[nodiscard]] bool name_is_current() const;

  private:
    Descriptor descriptor_;
    HostPlace place_;
    bool writable_;
    std::uint64_t identity_;
};

}  // namespace ringside::host
