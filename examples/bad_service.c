// SPDX-License-Identifier: MIT
// Service numbers that no table has: STATUS_INVALID_SYSTEM_SERVICE, and the program goes on. Bits
// above the table number are ignored, as on NT.
#include "say.h"

LONG NTAPI NtClose(HANDLE handle);

static LONG int2e(DWORD number, const void* arguments) {
    LONG status;
    __asm__ volatile("int $0x2e" : "=a"(status), "+d"(arguments) : "a"(number) : "ecx", "memory");
    return status;
}

void __stdcall start(void) {
    static const DWORD numbers[] = {284, 0x0FFF, 0x1FFF, 0x2000 + 0x0FFF};
    HANDLE arguments[1] = {(HANDLE)0x5554};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) {
        say("service %04lX: %08lX\n", numbers[i], int2e(numbers[i], arguments));
    }
    say("NtClose of no handle: %08lX, by number with high bits: %08lX\n", NtClose(arguments[0]),
        int2e(0x00010019, arguments));
    ExitProcess(0);
}
