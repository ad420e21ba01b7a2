// SPDX-License-Identifier: MIT
// Services of win32k, by the stubs of win32u.dll: user32.dll and gdi32.dll are not here. Every profile
// has a win32u.dll with its own numbers, as Windows 10 has.
#pragma once

#include <windows.h>

__declspec(dllimport) BOOL __stdcall NtGdiFlush(void);
__declspec(dllimport) BOOL __stdcall NtUserCallMsgFilter(const MSG* message, int code);
__declspec(dllimport) DWORD __stdcall NtUserGetThreadState(DWORD state);
__declspec(dllimport) HHOOK __stdcall NtUserSetWindowsHookEx(HINSTANCE module, const void* name,
                                                             DWORD thread, int type,
                                                             HOOKPROC procedure, DWORD flags);
__declspec(dllimport) BOOL __stdcall NtUserUnhookWindowsHookEx(HHOOK hook);

// A DWORD of the TEB, or of the PEB that it leads to.
static inline volatile DWORD* teb(unsigned offset) {
    char* self;
    __asm__("movl %%fs:0x18, %0" : "=r"(self));
    return (volatile DWORD*)(self + offset);
}
#define TEB_ProcessEnvironmentBlock 0x30
#define TEB_Win32ThreadInfo 0x40
#define TEB_GdiBatchCount 0xF70
static inline volatile DWORD* peb(unsigned offset) {
    return (volatile DWORD*)(*teb(TEB_ProcessEnvironmentBlock) + offset);
}
#define PEB_KernelCallbackTable 0x2C

// What entry 0 of the kernel callback table is called with: a hook procedure, and what to pass it.
struct message_filter_call {
    HOOKPROC procedure;
    int code;
    WPARAM wparam;
    MSG message;
};
