// SPDX-License-Identifier: MIT
// A DLL whose DllMain says no.
#include "nt/win32.h"

BOOLEAN WINAPI stubborn_main(PVOID base, ULONG reason, PVOID context) {
    (void)base;
    (void)context;
    return reason != DLL_PROCESS_ATTACH;
}
