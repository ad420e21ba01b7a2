// SPDX-License-Identifier: MIT
// close_nothing N: N system calls whose service does nothing but refuse a handle.
#include <windows.h>

__declspec(dllimport) LONG __stdcall NtClose(HANDLE handle);

void __stdcall start(void) {
    const char* text = GetCommandLineA();
    unsigned rounds = 0;
    while (*text != 0) {
        text++;
    }
    while (text[-1] >= '0' && text[-1] <= '9') {
        text--;
    }
    for (; *text != 0; text++) {
        rounds = rounds * 10 + (unsigned)(*text - '0');
    }
    for (; rounds != 0; rounds--) {
        NtClose(NULL);
    }
    ExitProcess(0);
}
