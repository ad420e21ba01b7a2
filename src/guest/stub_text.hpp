// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "guest/stub_form.hpp"

namespace ringside::guest {

/// What a file of stubs for GNU as begins with.
[[nodiscard]] std::string stub_text_header();

/// The stub as lines for GNU as, which make the bytes of encode_stub of them: labels, an
/// instruction a line. `name` is an Nt name or one of the user's own.
[[nodiscard]] std::string stub_text(StubForm form, std::string_view name, std::uint32_t number,
                                    std::uint16_t argument_bytes);

/// The names of a service's stub: itself and for Nt names the Zw one; of a zw stub the latter only.
struct StubNames {
    std::string first;
    std::string alias;  ///< or empty
};
[[nodiscard]] StubNames stub_names(StubForm form, std::string_view name);

}  // namespace ringside::guest
