// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "guest/stub_form.hpp"

namespace ringside::guest {

/// A service as its stubs know it.
struct ServiceStub {
    std::string name;
    std::uint32_t number{};  ///< as in EAX
    std::uint16_t argument_bytes{};
};

/// Writes the stubs of one of our own system DLLs anew, in another form or with other numbers.
/// Services that the DLL does not export are passed over. `dll` is the whole file.
void write_stubs(std::span<std::byte> dll, StubForm form, std::span<const ServiceStub> services);

}  // namespace ringside::guest
