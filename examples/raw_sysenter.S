// SPDX-License-Identifier: MIT
// The same program through SYSENTER. The kernel takes EDX as the user's ESP and looks for the
// arguments behind two return addresses: the stub's and its caller's. It goes back to a fixed
// place, SharedUserData.SystemCallReturn, where a RET pops the first of the two.
        .intel_syntax noprefix
#include "raw.inc"
        .text

fast_system_call:
        mov     edx, esp
        sysenter

        .macro  STUB name, arguments
\name:
        mov     eax, \name\()_number
        call    fast_system_call
        ret     \arguments
        .endm

        STUB    NtWriteFile, 36
        STUB    NtQuerySystemTime, 4
        STUB    NtTerminateProcess, 8

        RAW_PROGRAM "Written through sysenter, without a DLL."
