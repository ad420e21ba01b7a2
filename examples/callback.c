// SPDX-License-Identifier: MIT
// A service that calls its caller: NtUserCallMsgFilter goes by KeUserModeCallback to a procedure of
// this program, which calls the service again. Three kernel stacks stand on one another in the end.
// The odd ones are left by NtCallbackReturn, the even ones by int 2Bh.
#include "say.h"
#include "win32k.h"

__declspec(dllimport) LONG
    __stdcall NtCallbackReturn(const void* result, ULONG length, LONG status);

static LRESULT CALLBACK filter(int code, WPARAM wparam, LPARAM lparam) {
    const MSG* message = (const MSG*)lparam;
    say("code %d: message %u, wParam %u\n", code, message->message, (unsigned)wparam);
    int inner = 0;
    if (code > 1) {
        inner = NtUserCallMsgFilter(message, code - 1);
        say("code %d: the filter inside answered %d\n", code, inner);
    }
    return inner * 10 + code;
}

// Entry 0 of the kernel callback table. It never returns to who called it.
static LONG __stdcall call_message_filter(const struct message_filter_call* call,
                                          ULONG length __attribute__((unused))) {
    const LRESULT result = call->procedure(call->code, call->wparam, (LPARAM)&call->message);
    if (call->code % 2 != 0) {
        return NtCallbackReturn(&result, sizeof result, 0);
    }
    __asm__ volatile("int $0x2B" : : "a"(0), "c"(&result), "d"(sizeof result) : "memory");
    __builtin_unreachable();
}

static LONG(__stdcall* const callbacks[])(const struct message_filter_call*, ULONG) = {
    call_message_filter,
};

void __stdcall start(void) {
    const MSG message = {.message = WM_KEYDOWN};
    *peb(PEB_KernelCallbackTable) = (DWORD)callbacks;
    say("outside a callback: %08lX\n", NtCallbackReturn(NULL, 0, 0));
    say("without a hook: %d\n", NtUserCallMsgFilter(&message, 3));
    HHOOK hook = NtUserSetWindowsHookEx(NULL, NULL, GetCurrentThreadId(), WH_MSGFILTER, filter, 0);
    say("answer: %d\n", NtUserCallMsgFilter(&message, 3));
    say("unhooked: %d\n", NtUserUnhookWindowsHookEx(hook));
    ExitProcess(0);
}
