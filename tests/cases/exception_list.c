// SPDX-License-Identifier: MIT
// Calls a service that leaves its record in the kernel's exception list, then another one.
#include "say.h"

__declspec(dllimport) LONG __stdcall NtQueryPortInformationProcess(void);
__declspec(dllimport) LONG __stdcall NtYieldExecution(void);

void __stdcall start(void) {
    const LONG left = NtQueryPortInformationProcess();
    NtYieldExecution();
    say("status %08lX\n", left);
    ExitProcess(0);
}
