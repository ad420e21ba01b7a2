// SPDX-License-Identifier: MIT
// Calls NtWriteFile by int 2Eh with DF set, which a gate leaves as it is.
#include "say.h"

LONG NTAPI write_file_downwards(HANDLE file, HANDLE event, void* routine, void* context,
                                void* status, const void* buffer, ULONG size, void* offset,
                                void* key);
__asm__(
    "        .globl  _write_file_downwards@36\n"
    "_write_file_downwards@36:\n"
    "        movl    $0x112, %eax\n"
    "        leal    4(%esp), %edx\n"
    "        std\n"
    "        int     $0x2E\n"
    "        pushfl\n"
    "        cld\n"
    "        popl    _flags_behind\n"
    "        ret     $36\n");

ULONG flags_behind;

void __stdcall start(void) {
    static const char text[] = "Written with DF set.\n";
    ULONG_PTR io_status[2];
    const LONG status =
        write_file_downwards(GetStdHandle(STD_OUTPUT_HANDLE), NULL, NULL, NULL, io_status, text,
                             sizeof text - 1, NULL, NULL);
    say("status %08lX, DF behind it: %lu\n", status, flags_behind >> 10 & 1);
    ExitProcess(0);
}
