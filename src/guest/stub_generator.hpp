// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.hpp"

namespace ringside::guest {

/// How a system-call stub reaches the kernel.
enum class StubForm {
    int2e,           ///< NT 4.0, 2000: lea edx,[esp+4]; int 2Eh
    shared_pointer,  ///< XP SP2 to 7: mov edx,7FFE0300h; call [edx]
    shared_code,     ///< XP RTM, SP1: mov edx,7FFE0300h; call edx
    win8,            ///< 8 and later: its own mov edx,esp; sysenter; ret behind the stub
    reactos_ebp,     ///< ReactOS 0.2: a frame; lea edx,[ebp+8]; int 2Eh
    zw,              ///< ring 0: lea edx,[esp+4]; pushfd; push 8; call KiSystemService
};

/// What only `zw` depends on.
struct StubTarget {
    LinearAddress at{};              ///< where the stub will stand
    LinearAddress system_service{};  ///< KiSystemService
};

/// The stub's bytecode, from `mov eax,number` (reactos_ebp: from its frame) to the last `ret`.
/// `argument_bytes` is a multiple of 4; the compilers write a plain `ret` for 0.
[[nodiscard]] std::vector<std::byte> encode_stub(StubForm form, std::uint32_t number,
                                                 std::uint16_t argument_bytes,
                                                 StubTarget target = {});

}  // namespace ringside::guest
