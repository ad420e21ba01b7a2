// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "guest/machine.hpp"
#include "guest/patch_object.hpp"
#include "guest/personality.hpp"

namespace ringside::guest {

/// When a patch is written: over the placed images before their first instruction, or after the
/// kernel has set itself up, before the first instruction of ring 3.
enum class PatchTime : std::uint8_t { early, late };

/// Changes to guest memory that a user asked for. Addresses are linear; a page that is read-only
/// for the guest may be patched, and one that the system fills on demand is filled before.
class Patches {
  public:
    /// Lines `WHERE BYTES...` or `WHERE = DWORD|SYMBOL`, optionally behind `early`; `#` begins a
    /// comment. WHERE is an address or `module!symbol[+offset]`. Throws InputError (2) with file
    /// and line for a line of another form.
    void add_file(std::string_view file, std::string_view text);
    /// The .text of an ELF32 relocatable, to be placed at `where`; late. With an empty `where` it
    /// becomes a kernel module of its own, named after the file, before any early line.
    void add_object(std::string_view file, std::span<const std::byte> bytes, std::string where);

    [[nodiscard]] bool has(PatchTime time) const;
    /// Writes the patches of that time. Throws InputError (2) for a name that nothing has and for
    /// a page that is not there.
    void apply(PatchTime time, Machine& machine, Personality& personality) const;

  private:
    void place_modules(Machine& machine, Personality& personality) const;

    struct Value {
        std::string text;  ///< a number or a symbol, written as a dword
    };
    struct Patch {
        std::string source;  ///< "FILE:LINE", for messages
        std::string where;
        std::variant<std::vector<std::byte>, Value, PatchObject> what;
        PatchTime time = PatchTime::late;
    };
    std::vector<Patch> patches_;
};

}  // namespace ringside::guest
