// SPDX-License-Identifier: MIT
#include "nt/boot/zw_stubs.hpp"

#include "guest/stub_generator.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t alignment = 16;
constexpr std::uint32_t longest = 32;

}  // namespace

std::uint32_t zw_stubs_bound(const Kernel& kernel) {
    return static_cast<std::uint32_t>(kernel.profile.services.size()) * longest;
}

std::vector<guest::ModuleSymbol> place_zw_stubs(Kernel& kernel, LinearAddress& next,
                                                LinearAddress system_service) {
    std::vector<guest::ModuleSymbol> names;
    for (const ServiceNumber& service : kernel.profile.services) {
        const auto code = encode_stub(guest::StubForm::zw, service.index, service.argument_bytes,
                                      {.at = next, .system_service = system_service});
        kernel.structures.write_bytes(next, code);
        names.push_back({next, "Zw" + service.name.substr(2), 0});
        next.value = align_up((next + static_cast<std::uint32_t>(code.size())).value, alignment);
    }
    return names;
}

}  // namespace ringside::nt
