// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace ringside::guest {

/// Who has which stretch of physical memory, so that nothing is placed over anything else.
class Placement {
  public:
    /// Throws InputError (2) when a stretch overlaps one that another owner has, or leaves 4 GiB.
    void claim(unsigned owner, std::string_view name, PhysicalAddress at, std::uint64_t size);
    /// The lowest free stretch between the two addresses, on a page of its own.
    [[nodiscard]] std::optional<PhysicalAddress> hole(std::uint64_t size, std::uint64_t lowest,
                                                      std::uint64_t highest) const;

  private:
    struct Stretch {
        unsigned owner;
        std::string name;
        std::uint64_t begin;
        std::uint64_t end;
    };
    [[nodiscard]] const Stretch* overlapping(std::uint64_t begin, std::uint64_t end) const;

    std::vector<Stretch> stretches_;
};

}  // namespace ringside::guest
