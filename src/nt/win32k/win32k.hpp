// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "kernelkit/resume.hpp"
#include "kernelkit/wait.hpp"
#include "nt/service_table.hpp"

/// The built-in win32k: no windows and nothing to draw on, but services of the second table, a
/// hook procedure that is called back, and the drawing commands that gdi32 batches.
namespace ringside::nt {

class ServiceContext;

/// Entry of PEB.KernelCallbackTable that calls a message filter's hook procedure, with a
/// MessageFilterCall as its argument. The numbers of Windows differ from version to version; this
/// one is ours.
inline constexpr std::uint32_t callback_message_filter = 0;

/// MSG, as the caller of NtUserCallMsgFilter has it.
struct MSG {
    std::uint32_t hwnd{}, message{}, wParam{}, lParam{}, time{}, pt_x{}, pt_y{};
};
static_assert(sizeof(MSG) == 0x1C);

/// What user code is asked to do: to call Procedure(Code, 0, &Message). Its answer is a dword.
struct MessageFilterCall {
    std::uint32_t Procedure{};
    std::uint32_t Code{};
    std::uint32_t wParam{};
    MSG Message;
};
static_assert(sizeof(MessageFilterCall) == 0x28);

/// NtUserCallMsgFilter, once the hook procedure has answered.
[[nodiscard]] ServiceOutcome end_of_message_filter(ServiceContext& context,
                                                   const kernelkit::Resume& resume,
                                                   const kernelkit::WaitResult& result);

/// What a win32k service answers in a thread that could not become a GUI thread: 0 or -1, or with
/// anything above zero STATUS_INVALID_SYSTEM_SERVICE. The kernel looks for it behind the table.
[[nodiscard]] std::int8_t win32k_failure(std::string_view service);

}  // namespace ringside::nt
