# SPDX-License-Identifier: MIT
# A service that returns with a handler's record still in the kernel's exception list.
        .intel_syntax noprefix

        .text
# NTSTATUS stdcall ()
        .globl  Leave
Leave:
        push    offset Handler
        push    dword ptr fs:[0]
        mov     fs:[0], esp
        add     esp, 8
        xor     eax, eax
        ret

Handler:
        mov     eax, 1                          # ExceptionContinueSearch
        ret
