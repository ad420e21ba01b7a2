# SPDX-License-Identifier: MIT
# A service that calls its caller twice.
        .intel_syntax noprefix

        .text
# NTSTATUS stdcall (ULONG ApiNumber)
        .globl  CallTwice
CallTwice:
        push    ebx
        push    esi
        mov     esi, [esp + 12]
        mov     ebx, 2
CallTwiceNext:
        push    offset OutputLength
        push    offset OutputBuffer
        push    4
        push    offset Input
        push    esi
        call    KeUserModeCallback
        test    eax, eax
        js      CallTwiceReturn
        dec     ebx
        jnz     CallTwiceNext
CallTwiceReturn:
        pop     esi
        pop     ebx
        ret     4

        .p2align 2
Input:
        .long   0
OutputBuffer:
        .long   0
OutputLength:
        .long   0
