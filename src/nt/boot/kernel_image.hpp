// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::nt {

class Kernel;

/// Makes kernel pages from `start` present, read-write for ring 0 only. Throws InputError (126)
/// when the RAM is too small.
void map_kernel_pages(Kernel& kernel, LinearAddress start, std::uint32_t size);

/// Addresses of the assembled kernel's symbols, and where it ends.
struct KernelImage {
    std::map<std::string, LinearAddress, std::less<>> symbols;
    /// The same for a reader: of several names at one address the function's comes first.
    std::vector<guest::ModuleSymbol> names;
    LinearAddress base;
    LinearAddress end;

    /// A kernel without the symbol is a broken build.
    [[nodiscard]] LinearAddress at(std::string_view name) const;
};

/// Places the assembled kernel at its address.
[[nodiscard]] KernelImage place_kernel_image(Kernel& kernel);

/// Places thunks, Zw stubs and the four service arrays behind the image and fills both descriptor
/// tables.
/// Their places and the hypercall ids go into the kernel's boot state.
void place_service_tables(Kernel& kernel, const KernelImage& image);

}  // namespace ringside::nt
