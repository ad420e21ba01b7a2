// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ringside::guest {

/// How a system-call stub of ntdll.dll reaches the kernel.
enum class StubForm {
    int2e,           ///< NT 4.0, 2000: lea edx,[esp+4]; int 2Eh
    shared_pointer,  ///< XP SP2 to 7: mov edx,7FFE0300h; call [edx]
};

/// The stub's bytecode, from `mov eax,number` to the `ret` that drops the arguments.
/// `argument_bytes` is a multiple of 4; the compilers write a plain `ret` for 0.
[[nodiscard]] std::vector<std::byte> encode_stub(StubForm form, std::uint32_t number,
                                                 std::uint16_t argument_bytes);

}  // namespace ringside::guest
