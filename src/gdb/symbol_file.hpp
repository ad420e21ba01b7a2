// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "guest/symbols.hpp"

namespace ringside::gdb {

/// Where the file's addresses count from.
enum class Placed : std::uint8_t {
    as_program,  ///< they are the guest's own
    as_library,  ///< they count from the module's base, which the list of libraries tells
};

/// An ELF file without code for a debugger that knows no PE: the names of a module, each as
/// `symbol` and, but for aliases, as `module!symbol`, and rules for its stack frames in
/// `.debug_frame` if there are any. `unwinding` holds the section's bytes for the same `placed`;
/// `reserved` bytes behind the module belong to its addresses, too.
[[nodiscard]] std::string symbol_file(const guest::Module& module, Placed placed,
                                      std::string_view unwinding, std::uint32_t reserved);

}  // namespace ringside::gdb
