// SPDX-License-Identifier: MIT
// Looks at IF behind a call by SYSENTER, which clears it and does not save it.
#include "say.h"

ULONG NTAPI flags_behind_sysenter(void);
__asm__(
    "        .globl  _flags_behind_sysenter@0\n"
    "_flags_behind_sysenter@0:\n"
    "        call    1f\n"
    "        pushfl\n"
    "        popl    %eax\n"
    "        ret\n"
    "1:      movl    $0x116, %eax\n"
    "        movl    %esp, %edx\n"
    "        sysenter\n");

void __stdcall start(void) {
    const ULONG flags = flags_behind_sysenter();
    say("IF behind SYSENTER: %lu\n", flags >> 9 & 1);
    ExitProcess(0);
}
