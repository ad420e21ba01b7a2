// SPDX-License-Identifier: MIT
// A PE file without imports that brings its own stubs, in the form of NT 4.0 and 2000:
// EAX = number, EDX = address of the first argument, INT 2Eh.
        .intel_syntax noprefix
#include "raw.inc"
        .text

        .macro  STUB name, arguments
\name:
        mov     eax, \name\()_number
        lea     edx, [esp + 4]
        int     0x2E
        ret     \arguments
        .endm

        STUB    NtWriteFile, 36
        STUB    NtQuerySystemTime, 4
        STUB    NtTerminateProcess, 8

        RAW_PROGRAM "Written through int 2Eh, without a DLL."
