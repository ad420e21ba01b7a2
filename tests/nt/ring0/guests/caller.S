# SPDX-License-Identifier: MIT
# Ring 3 of these tests, linked at 0x00400000: calls service 0 again and again; a long copy; idles.
        .intel_syntax noprefix

        .equ COPY_BYTES, 0x2000

        .macro LABEL name
        .globl \name
\name:
        .endm

LABEL call_kernel
        xor     eax, eax
        mov     edx, esp
        int     0x2E
LABEL call_kernel_back
        jmp     dword ptr [next_place]

LABEL copy
        mov     esi, offset copy_from
        mov     edi, offset copy_to
        mov     ecx, COPY_BYTES
        cld
        mov     edx, 0xD0D0D0D0
LABEL copy_repeat
        rep movsb
LABEL copy_done
        jmp     .

LABEL spin
        jmp     dword ptr [next_place]

# NtDelayExecution(FALSE, minus infinity)
LABEL wait_forever
        push    offset forever
        push    0
        mov     eax, 0x3B
        mov     edx, esp
        int     0x2E
LABEL wait_forever_back
        jmp     .

        .p2align 2
LABEL next_place
        .long   call_kernel
        .p2align 3
forever:
        .long   0, 0x80000000
LABEL copy_from
        .fill   COPY_BYTES / 4, 4, 0x12345678
LABEL copy_to
        .skip   COPY_BYTES
