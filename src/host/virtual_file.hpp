// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <utility>

#include "host/file.hpp"

namespace ringside::host {

/// A file that exists in memory only, or a directory of the mount tree itself. Read-only.
class VirtualFile final : public File {
  public:
    VirtualFile(FileFacts facts, std::span<const std::byte> bytes) : facts_(facts), bytes_(bytes) {}
    VirtualFile(FileFacts facts, std::vector<DirectoryEntry> entries)
        : facts_(facts), entries_(std::move(entries)) {}

    [[nodiscard]] Expected<FileFacts, HostError> facts() const override { return facts_; }
    [[nodiscard]] Expected<std::size_t, HostError> read_at(std::uint64_t offset,
                                                           std::span<std::byte> to) const override {
        if (offset >= bytes_.size()) {
            return std::size_t{0};
        }
        const auto from = bytes_.subspan(offset, std::min(to.size(), bytes_.size() - offset));
        std::copy(from.begin(), from.end(), to.begin());
        return from.size();
    }
    [[nodiscard]] Expected<void, HostError> write_at(std::uint64_t,
                                                     std::span<const std::byte>) override {
        return Unexpected{HostError::read_only};
    }
    [[nodiscard]] Expected<void, HostError> set_size(std::uint64_t) override {
        return Unexpected{HostError::read_only};
    }
    [[nodiscard]] Expected<void, HostError> set_written(FileTime) override {
        return Unexpected{HostError::read_only};
    }
    [[nodiscard]] Expected<void, HostError> flush() override { return {}; }
    [[nodiscard]] Expected<void, HostError> remove() override {
        return Unexpected{HostError::read_only};
    }
    [[nodiscard]] Expected<void, HostError> may_remove() const override {
        return Unexpected{HostError::read_only};
    }
    [[nodiscard]] Expected<std::vector<DirectoryEntry>, HostError> entries() const override {
        if (!facts_.directory) {
            return Unexpected{HostError::not_a_directory};
        }
        return entries_;
    }

  private:
    FileFacts facts_;
    std::span<const std::byte> bytes_;
    std::vector<DirectoryEntry> entries_;
};

}  // namespace ringside::host
