// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guest/stub_form.hpp"
#include "guest/stub_writer.hpp"

namespace ringside::guest {

/// A function of a DLL that is being written.
struct DllFunction {
    std::vector<std::string> names;
    std::uint32_t offset{};  ///< in the code
};

/// A PE32 library of position-independent code, of which there is some: it exports, imports
/// nothing and has no entry point. Functions get the ordinals 1, 2, ... `name` is the module's as
/// loaders know it.
[[nodiscard]] std::vector<std::byte> write_dll(std::string_view name,
                                               std::span<const std::byte> code,
                                               std::span<const DllFunction> functions);

/// The same of system-call stubs, each under its Nt and Zw name.
[[nodiscard]] std::vector<std::byte> stub_dll(std::string_view name, StubForm form,
                                              std::span<const ServiceStub> services);

}  // namespace ringside::guest
