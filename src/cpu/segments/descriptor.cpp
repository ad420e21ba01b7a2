// SPDX-License-Identifier: MIT
#include "cpu/segments/descriptor.hpp"

#include <array>

namespace ringside::cpu {

std::string_view type_name(Descriptor d) {
    if (d.is_system()) {
        static constexpr std::array<std::string_view, 16> names{
            "reserved",    "TSS16 available", "LDT",        "TSS16 busy",
            "call gate16", "task gate",       "int gate16", "trap gate16",
            "reserved",    "TSS32 available", "reserved",   "TSS32 busy",
            "call gate32", "reserved",        "int gate32", "trap gate32"};
        return names[d.type()];
    }
    if (d.is_code()) {
        if (d.conforming()) {
            return d.is_32bit() ? "code32 conforming" : "code16 conforming";
        }
        return d.is_32bit() ? "code32" : "code16";
    }
    if (d.expand_down()) {
        return d.writable() ? "data expand-down" : "data expand-down read-only";
    }
    return d.writable() ? "data" : "data read-only";
}

}  // namespace ringside::cpu
