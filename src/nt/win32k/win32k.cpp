// SPDX-License-Identifier: MIT
#include "nt/win32k/win32k.hpp"

#include <algorithm>
#include <array>

#include "nt/callbacks/user_callback.hpp"
#include "nt/scheduling/resume.hpp"
#include "nt/service_context.hpp"
#include "nt/win32k/gui_thread.hpp"

namespace ringside::nt {
namespace {

// Windows SDK, winuser.h and winerror.h.
constexpr std::uint32_t WH_MSGFILTER = 0xFFFFFFFF;
constexpr std::uint32_t ERROR_INVALID_PARAMETER = 87;
constexpr std::uint32_t ERROR_NOACCESS = 998;
constexpr std::uint32_t ERROR_STACK_OVERFLOW = 1001;
constexpr std::uint32_t ERROR_INVALID_HOOK_FILTER = 1426;
constexpr std::uint32_t ERROR_INVALID_FILTER_PROC = 1427;
constexpr std::uint32_t ERROR_INVALID_HOOK_HANDLE = 1404;
constexpr std::uint32_t ERROR_NOT_ENOUGH_MEMORY = 8;
constexpr std::uint32_t ERROR_CAN_NOT_COMPLETE = 1003;

/// More hooks of one thread than a program has a use for.
constexpr std::size_t most_hooks = 64;
/// A user handle: a count above a fixed low word.
constexpr std::uint32_t first_hook_handle = 0x00010025;
constexpr std::uint32_t hook_handle_step = 0x00010000;

constexpr NTSTATUS failed_call{0};

/// TEB.LastErrorValue, where user32 would leave the reason of a zero.
NTSTATUS fail(ServiceContext& context, std::uint32_t error) {
    Kernel& kernel = context.kernel;
    const LinearAddress at = kernel.structures.place(kernel.thread->teb, "TEB", "LastErrorValue");
    static_cast<void>(context.write(UserPointer<std::uint32_t>{at}, error));
    return failed_call;
}

std::uint32_t error_of(NTSTATUS status) {
    if (status == STATUS_ACCESS_VIOLATION) {
        return ERROR_NOACCESS;
    }
    if (status == STATUS_STACK_OVERFLOW) {
        return ERROR_STACK_OVERFLOW;
    }
    if (status == STATUS_NO_MEMORY || status == STATUS_INSUFFICIENT_RESOURCES) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    return ERROR_CAN_NOT_COMPLETE;
}

/// There only when the thread came through PsConvertToGuiThread; guest code may have gone round it.
GuiThread* gui_of(ServiceContext& context) {
    auto& gui = context.kernel.thread->gui;
    return gui ? &*gui : nullptr;
}

/// The batch was played on the way in, as before every win32k service.
NTSTATUS NtGdiFlush(ServiceContext&) {
    return STATUS_SUCCESS;
}

/// There are no windows: no focus, no capture, no input state.
NTSTATUS NtUserGetThreadState(ServiceContext&, ULONG) {
    return STATUS_SUCCESS;
}

/// A message filter for the current thread. Answers its handle.
NTSTATUS NtUserSetWindowsHookEx(ServiceContext& context, HANDLE, UserPointer<UNICODE_STRING>,
                                ULONG thread_id, Flags type, ULONG procedure, Flags) {
    GuiThread* const gui = gui_of(context);
    if (type.value != WH_MSGFILTER) {
        return fail(context, ERROR_INVALID_HOOK_FILTER);
    }
    if (procedure == 0) {
        return fail(context, ERROR_INVALID_FILTER_PROC);
    }
    if (gui == nullptr || (thread_id != 0 && thread_id != context.kernel.thread->id)) {
        return fail(context, ERROR_INVALID_PARAMETER);
    }
    if (gui->hooks.size() >= most_hooks) {
        return fail(context, ERROR_NOT_ENOUGH_MEMORY);
    }
    const std::uint32_t handle =
        gui->hooks.empty() ? first_hook_handle : gui->hooks.back().handle + hook_handle_step;
    gui->hooks.push_back({.handle = handle, .procedure = procedure});
    return NTSTATUS{handle};
}

NTSTATUS NtUserUnhookWindowsHookEx(ServiceContext& context, HANDLE hook) {
    GuiThread* const gui = gui_of(context);
    if (gui == nullptr || std::erase_if(gui->hooks, [hook](const WindowsHook& set) {
                              return set.handle == hook.value;
                          }) == 0) {
        return fail(context, ERROR_INVALID_HOOK_HANDLE);
    }
    return NTSTATUS{1};
}

/// Calls the filter that was set last, in user mode; what it answers is the answer.
ServiceOutcome NtUserCallMsgFilter(ServiceContext& context, UserPointer<MSG> message, ULONG code) {
    const auto captured = context.read(message);
    if (!captured) {
        return fail(context, error_of(captured.error()));
    }
    const GuiThread* const gui = gui_of(context);
    if (gui == nullptr || gui->hooks.empty()) {
        return STATUS_SUCCESS;  // FALSE: nobody wants the message
    }
    const MessageFilterCall call{
        .Procedure = gui->hooks.back().procedure, .Code = code, .wParam = 0, .Message = *captured};
    const ServiceOutcome outcome =
        call_user(context, callback_message_filter, std::as_bytes(std::span(&call, 1)),
                  resume_with(ResumeNumber::end_of_message_filter));
    return outcome.outcome == Outcome::call_user ? outcome
                                                 : fail(context, error_of(outcome.status));
}

struct Win32kRow {
    ServiceRow service;
    std::int8_t failure;
};
constexpr std::array rows{
    Win32kRow{service<NtGdiFlush>("NtGdiFlush"), 0},
    Win32kRow{service<NtUserCallMsgFilter>("NtUserCallMsgFilter", "Msg Code"), 0},
    Win32kRow{service<NtUserGetThreadState>("NtUserGetThreadState", "ThreadState"), 0},
    Win32kRow{service<NtUserSetWindowsHookEx>("NtUserSetWindowsHookEx",
                                              "Module ModuleName ThreadId FilterType FilterProc "
                                              "Flags"),
              0},
    Win32kRow{service<NtUserUnhookWindowsHookEx>("NtUserUnhookWindowsHookEx", "Hook"), 0},
};
constexpr auto table = [] {
    std::array<ServiceRow, rows.size()> services{};
    std::transform(rows.begin(), rows.end(), services.begin(),
                   [](const Win32kRow& row) { return row.service; });
    return services;
}();

}  // namespace

ServiceOutcome end_of_message_filter(ServiceContext& context, const kernelkit::Resume&,
                                     const kernelkit::WaitResult&) {
    const CallbackAnswer answer = callback_answer(context);
    if (!nt_success(answer.status)) {
        return fail(context, error_of(answer.status));
    }
    if (answer.output_length < sizeof(std::uint32_t)) {
        return STATUS_SUCCESS;  // it said nothing, which is FALSE
    }
    const auto result = context.read(UserPointer<std::uint32_t>{answer.output});
    return result ? NTSTATUS{*result} : fail(context, error_of(result.error()));
}

std::int8_t win32k_failure(std::string_view name) {
    const auto* const found = std::find_if(rows.begin(), rows.end(), [name](const Win32kRow& row) {
        return row.service.name == name;
    });
    return found != rows.end() ? found->failure : 1;
}

std::span<const ServiceRow> win32k_services() {
    return table;
}

}  // namespace ringside::nt
