// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.hpp"

namespace ringside::nt {

/// The kernel's side of a service whose body is on the host:
///   mov eax,id ; out 0E8h,eax ; jecxz 1f ; call KiServiceOutcome ; 1: ret argument_bytes
/// `at` is where it will stand.
[[nodiscard]] std::vector<std::byte> encode_thunk(std::uint32_t id, std::uint16_t argument_bytes,
                                                  LinearAddress at, LinearAddress outcome);

}  // namespace ringside::nt
