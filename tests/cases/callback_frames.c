// SPDX-License-Identifier: MIT
// A service calls back twice, and each callback calls a service: the frame inside is linked to that
// of the outer service, the second time too.
#include "say.h"
#include "win32k.h"

__declspec(dllimport) LONG __stdcall NtRequestDeviceWakeup(ULONG api_number);
__declspec(dllimport) LONG __stdcall NtYieldExecution(void);
__declspec(dllimport) LONG
    __stdcall NtCallbackReturn(const void* result, ULONG length, LONG status);

static unsigned calls;

static LONG __stdcall inside(const void* buffer, ULONG length) {
    (void)buffer;
    (void)length;
    ++calls;
    NtYieldExecution();
    return NtCallbackReturn(NULL, 0, 0);
}

static LONG(__stdcall* const callbacks[])(const void*, ULONG) = {inside};

void __stdcall start(void) {
    NtUserGetThreadState(0);  // callbacks need the large kernel stack of a GUI thread
    *peb(PEB_KernelCallbackTable) = (DWORD)callbacks;
    const LONG status = NtRequestDeviceWakeup(0);
    say("status %08lX, callbacks: %u\n", status, calls);
    NtYieldExecution();
    ExitProcess(0);
}
