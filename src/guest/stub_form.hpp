// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string_view>

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

struct StubFormName {
    std::string_view name;
    StubForm form;
};

/// The forms as users and data files name them.
inline constexpr std::array stub_form_names{
    StubFormName{"int2e", StubForm::int2e},
    StubFormName{"shared-pointer", StubForm::shared_pointer},
    StubFormName{"shared-code", StubForm::shared_code},
    StubFormName{"win8", StubForm::win8},
    StubFormName{"reactos-ebp", StubForm::reactos_ebp},
    StubFormName{"zw", StubForm::zw},
};

[[nodiscard]] std::optional<StubForm> stub_form_named(std::string_view name);

}  // namespace ringside::guest
