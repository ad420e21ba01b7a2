// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "debug/inspector.hpp"

namespace ringside::debug {

/// One instruction of guest memory.
struct CodeLine {
    std::uint32_t length = 1;  ///< bytes
    std::string bytes;         ///< in hexadecimal
    std::string text;          ///< Intel syntax; addresses in it are followed by their symbols
    bool readable = true;      ///< its first byte is there
};
[[nodiscard]] CodeLine code_line(const Inspector& inspector, LinearAddress at, bool code32);

/// `count` instructions from an address on, a symbol's name above those that it names. Ends early
/// where no memory is.
struct CodeListing {
    std::string text;
    LinearAddress end{};  ///< behind the last
};
[[nodiscard]] CodeListing code_listing(const Inspector& inspector, LinearAddress at, bool code32,
                                       std::uint32_t count);

}  // namespace ringside::debug
