// SPDX-License-Identifier: MIT
// Calls the service of previous_mode_driver, in which calls of ring 0 stand between calls made for
// this program: those stay calls of ring 3.
#include "say.h"

__declspec(dllimport) LONG __stdcall NtQueryBootOptions(LONG* statuses, ULONG unused);

void __stdcall start(void) {
    LONG statuses[3];
    const LONG status = NtQueryBootOptions(statuses, 0);
    say("status %08lX; a kernel pointer for a user: %08lX, %08lX, %08lX\n", status, statuses[0],
        statuses[1], statuses[2]);
    ExitProcess(0);
}
