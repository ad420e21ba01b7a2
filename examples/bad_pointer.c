// SPDX-License-Identifier: MIT
// Wild argument pointers and bad buffers: the kernel answers STATUS_ACCESS_VIOLATION and goes on.
#include "say.h"

LONG NTAPI NtQuerySystemTime(LARGE_INTEGER* time);
LONG NTAPI NtWriteFile(HANDLE file, HANDLE event, void* routine, void* context, void* status,
                       const void* buffer, ULONG size, LARGE_INTEGER* offset, ULONG* key);

#define NtQuerySystemTime_number 0xAE

// The gate itself, with any argument pointer.
static LONG int2e(DWORD number, DWORD arguments) {
    LONG status;
    __asm__ volatile("int $0x2e" : "=a"(status), "+d"(arguments) : "a"(number) : "ecx", "memory");
    return status;
}

void __stdcall start(void) {
    static const DWORD wild[] = {0x00000010, 0x7FFEFFFE, 0x7FFF0000,
                                 0x80000000, 0xC0000000, 0xFFFFFFFC};
    ULONG_PTR io_status[2];
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; ++i) {
        say("arguments at %08lX: %08lX\n", wild[i], int2e(NtQuerySystemTime_number, wild[i]));
    }
    say("result to 00000010: %08lX\n", NtQuerySystemTime((LARGE_INTEGER*)0x10));
    say("result to 80000000: %08lX\n", NtQuerySystemTime((LARGE_INTEGER*)0x80000000));
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    say("bytes from 00000010: %08lX\n",
        NtWriteFile(output, NULL, NULL, NULL, io_status, (void*)0x10, 4, NULL, NULL));
    say("bytes from 80000000: %08lX\n",
        NtWriteFile(output, NULL, NULL, NULL, io_status, (void*)0x80000000, 4, NULL, NULL));
    say("I/O status to 00000010: %08lX\n",
        NtWriteFile(output, NULL, NULL, NULL, (void*)0x10, "lost", 4, NULL, NULL));
    ExitProcess(0);
}
