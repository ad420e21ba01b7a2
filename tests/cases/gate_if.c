// SPDX-License-Identifier: MIT
// Asks gate_if_driver for the flags that the first instruction behind the gate of int 2Eh found.
#include "say.h"

static ULONG int2e(ULONG number) {
    ULONG result;
    __asm__ volatile("leal 4(%%esp), %%edx\n\tint $0x2e"
                     : "=a"(result)
                     : "a"(number)
                     : "ecx", "edx");
    return result;
}

void __stdcall start(void) {
    enum { hooked_number = 0x11B };
    const ULONG flags = int2e(hooked_number);
    say("IF behind the gate: %lu\n", flags >> 9 & 1);
    ExitProcess(0);
}
