# SPDX-License-Identifier: MIT
# Services in ring 0 that call user code, linked at 0x81800000 against the kernel's symbols.
        .intel_syntax noprefix

        .equ API_NUMBER, 7
        .equ INPUT_LENGTH, 12
        .equ CALLING_SERVICE, 0
        .equ HUGE_LENGTH, 0x7FFFFFFF
        .equ NtUserGetThreadState_number, 0x11B3

        .macro LABEL name
        .globl \name
\name:
        .endm

        .macro SAVE
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebp, 0xEBEBEB01
        mov     ebx, 0xB0B0B001
        mov     esi, 0x51515101
        mov     edi, 0xD1D1D101
        .endm

        .macro RESTORE
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        .endm

# Its status is KeUserModeCallback's.
LABEL calling_service
        SAVE
        push    offset output_length
        push    offset output_buffer
        push    INPUT_LENGTH
        push    offset input
        push    API_NUMBER
LABEL calling_service_calls
        call    KeUserModeCallback
LABEL calling_service_back
        RESTORE
        ret

# The same with a buffer that no user stack has room for.
LABEL greedy_service
        push    offset output_length
        push    offset output_buffer
        push    HUGE_LENGTH
        push    offset input
        push    API_NUMBER
        call    KeUserModeCallback
LABEL greedy_service_back
        ret

# By its Zw stub, so that the frame on top is one of ring 0.
        .macro ZW_SERVICE name, number, argument_bytes
LABEL \name
        push    0
        call    \name\()_stub
LABEL \name\()_back
        add     esp, 4 - \argument_bytes
        ret
\name\()_stub:
        mov     eax, \number
        lea     edx, [esp + 4]
        pushfd
        push    8
        call    KiSystemService
        ret     \argument_bytes
        .endm

ZW_SERVICE nested_service, CALLING_SERVICE, 0
ZW_SERVICE nested_win32k_service, NtUserGetThreadState_number, 4

        .p2align 2
input:
        .long   0x11111111, 0x22222222, 0x33333333
LABEL output_buffer
        .long   0
LABEL output_length
        .long   0
