// SPDX-License-Identifier: MIT
// A DLL for modules.c: prefers the program's own address, so it must move; has exports by ordinal
// only, a forwarder, and a DllMain that counts.
#include "nt/win32.h"

LONG parts_attached;
static LONG threads_attached;
static LONG threads_detached;
static LONG own_value = 17;
/// Holds an address: wrong unless the loader relocated it.
static LONG* const moved[] = {&own_value, &parts_attached, &threads_attached, &threads_detached};

BOOLEAN WINAPI parts_main(PVOID base, ULONG reason, PVOID context) {
    (void)base;
    (void)context;
    if (reason == DLL_PROCESS_ATTACH) {
        ++parts_attached;
    } else if (reason == DLL_PROCESS_DETACH) {
        --parts_attached;
    } else if (reason == DLL_THREAD_ATTACH) {
        ++threads_attached;
    } else if (reason == DLL_THREAD_DETACH) {
        ++threads_detached;
    }
    return TRUE;
}

LONG WINAPI parts_value(ULONG index) {
    return *moved[index];
}

LONG WINAPI parts_by_ordinal(void) {
    return 42;
}
