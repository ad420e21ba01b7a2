// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::gdb {

/// Guest memory as a debugger sees it: by linear address through the current page tables with the
/// rights of ring 0, or by physical address.
class Memory {
  public:
    Memory(guest::Machine& machine, guest::Personality& personality)
        : machine_(machine), personality_(personality) {}

    /// As many of `length` bytes as can be read in one go; none at all when the first cannot.
    /// Changes nothing: of a page that the system would bring in on demand it reads what that page
    /// would hold.
    [[nodiscard]] std::vector<std::byte> read(LinearAddress from, std::size_t length) const;
    enum class Written : std::uint8_t {
        nothing,
        partly,  ///< pages were brought in, or ROM took nothing
        all,
    };
    /// Pages that are not there are brought in, whatever their protection; where one cannot be, no
    /// byte is written.
    [[nodiscard]] Written write(LinearAddress to, std::span<const std::byte> bytes);

    bool physical = false;  ///< addresses are physical ones

  private:
    [[nodiscard]] bool read_page(LinearAddress from, std::span<std::byte> to) const;

    guest::Machine& machine_;
    guest::Personality& personality_;
};

}  // namespace ringside::gdb
