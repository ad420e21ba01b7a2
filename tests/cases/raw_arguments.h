// SPDX-License-Identifier: MIT
// NtClose by int 2Eh, with the argument wherever EDX is told to point.
#pragma once

#include <windows.h>

LONG NTAPI close_with_argument_at(ULONG_PTR address);
__asm__(
    "        .globl  _close_with_argument_at@4\n"
    "_close_with_argument_at@4:\n"
    "        movl    $0x19, %eax\n"
    "        movl    4(%esp), %edx\n"
    "        int     $0x2E\n"
    "        ret     $4\n");
