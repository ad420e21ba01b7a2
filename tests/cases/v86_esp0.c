// SPDX-License-Identifier: MIT
// Goes through V86 mode once and calls a service before and after: all three frames of ring 3 lie at
// the same place of the kernel stack.
#include "say.h"
#include "v86.h"

__declspec(dllimport) LONG __stdcall NtYieldExecution(void);

void __stdcall start(void) {
    static const unsigned char code[] = {
        0xB8, 0x34, 0x12,  // mov ax, 1234h
        0xC4, 0xC4,        // BOP
    };
    load_v86(code, sizeof code);
    NtYieldExecution();
    const unsigned ax = run_v86();
    const LONG status = NtYieldExecution();
    say("V86 code left AX = %04X; the service behind it answered %08lX\n", ax, status);
    ExitProcess(0);
}
