// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.hpp"
#include "host/error.hpp"

namespace ringside::host {

/// A file descriptor of the host, closed with its owner.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    [[nodiscard]] int number() const { return number_; }

  private:
    int number_ = -1;
};

/// One name of a host directory that a guest can see.
struct HostEntry {
    std::u16string name;
    std::string host_name;
    struct stat status {};
};

/// The directory a user mounts; links on the way to it are the user's own business.
[[nodiscard]] Expected<Descriptor, HostError> open_root(const std::string& host_path);

/// Opens one entry of a directory. `name` is one component: no separator and no parent can stand in
/// it, links are never followed, and only regular files and directories open.
[[nodiscard]] Expected<Descriptor, HostError> open_entry(const Descriptor& directory,
                                                         const std::string& name, int flags,
                                                         bool allow_openat2 = true);

/// The host's spelling of a guest component: the exact name if there is one, else the first in byte
/// order that is equal in upper case.
[[nodiscard]] std::optional<std::string> find_entry(const Descriptor& directory,
                                                    std::u16string_view component);

/// All regular files and directories whose names a guest can spell, in upcased order.
[[nodiscard]] Expected<std::vector<HostEntry>, HostError> read_entries(const Descriptor& directory);

}  // namespace ringside::host
