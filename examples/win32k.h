// SPDX-License-Identifier: MIT
// Services of win32k, which have their stubs in user32.dll and gdi32.dll. Those are not here, so
// the programs bring their own, with the numbers of Windows XP.
#pragma once

#include <windows.h>

#define WIN32K_STUB(number, bytes) \
    __asm__("movl $" #number ", %eax\n\tmovl $0x7FFE0300, %edx\n\tcall *(%edx)\n\tret $" #bytes)

#define NAKED __attribute__((naked, noinline, unused))

static NAKED BOOL __stdcall NtGdiFlush(void) {
    WIN32K_STUB(0x1097, 0);
}
static NAKED BOOL __stdcall NtUserCallMsgFilter(const MSG* message __attribute__((unused)),
                                                int code __attribute__((unused))) {
    WIN32K_STUB(0x1140, 8);
}
static NAKED DWORD __stdcall NtUserGetThreadState(DWORD state __attribute__((unused))) {
    WIN32K_STUB(0x11B3, 4);
}
static NAKED HHOOK __stdcall NtUserSetWindowsHookEx(HINSTANCE module __attribute__((unused)),
                                                    const void* name __attribute__((unused)),
                                                    DWORD thread __attribute__((unused)),
                                                    int type __attribute__((unused)),
                                                    HOOKPROC procedure __attribute__((unused)),
                                                    DWORD flags __attribute__((unused))) {
    WIN32K_STUB(0x1225, 24);
}
static NAKED BOOL __stdcall NtUserUnhookWindowsHookEx(HHOOK hook __attribute__((unused))) {
    WIN32K_STUB(0x123A, 4);
}

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
