// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.hpp"
#include "guest/stub_form.hpp"

namespace ringside::guest {

/// What only `zw` depends on.
struct StubTarget {
    LinearAddress at{};              ///< where the stub will stand
    LinearAddress system_service{};  ///< KiSystemService
};

/// Bytes between the stubs of a DLL: room for the longest form, so that one may replace another.
inline constexpr std::uint32_t stub_slot = 32;

/// The stub's bytecode, from `mov eax,number` (reactos_ebp: from its frame) to the last `ret`.
/// `argument_bytes` is a multiple of 4; the compilers write a plain `ret` for 0.
[[nodiscard]] std::vector<std::byte> encode_stub(StubForm form, std::uint32_t number,
                                                 std::uint16_t argument_bytes,
                                                 StubTarget target = {});

}  // namespace ringside::guest
