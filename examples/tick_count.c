// SPDX-License-Identifier: MIT
// INT 2Ah: milliseconds since the start in EAX, the cheapest way into the kernel and back.
#include "say.h"

static DWORD int2a(void) {
    DWORD milliseconds;
    __asm__ volatile("int $0x2a" : "=a"(milliseconds) : : "ecx", "edx", "cc");
    return milliseconds;
}

void __stdcall start(void) {
    const DWORD first = int2a();
    Sleep(100);
    const DWORD second = int2a();
    say("int 2Ah after Sleep(100): %s 100 ms later\n",
        second - first >= 100 && second - first < 150 ? "about" : "not");
    say("GetTickCount agrees: %s\n", GetTickCount() - second < 20 ? "yes" : "no");
    ExitProcess(0);
}
