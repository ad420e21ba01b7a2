// SPDX-License-Identifier: MIT
// Calls a service twice by int 2Eh with a selector of its own in FS.
#include "say.h"

ULONG NTAPI call_twice_with_fs(ULONG selector);
__asm__(
    "        .globl  _call_twice_with_fs@4\n"
    "_call_twice_with_fs@4:\n"
    "        movl    4(%esp), %ecx\n"
    "        movl    %ecx, %fs\n"
    "        movl    %esp, %edx\n"
    "        movl    $0x116, %eax\n"
    "        int     $0x2E\n"
    "        movl    %esp, %edx\n"
    "        movl    $0x116, %eax\n"
    "        int     $0x2E\n"
    "        movl    %fs, %eax\n"
    "        pushl   $0x3B\n"
    "        popl    %fs\n"
    "        ret     $4\n");

void __stdcall start(void) {
    const ULONG after = call_twice_with_fs(0x23);
    say("FS behind two calls: %04lX\n", after & 0xFFFF);
    ExitProcess(0);
}
