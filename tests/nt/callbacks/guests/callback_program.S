# SPDX-License-Identifier: MIT
# Ring-3 halves of callbacks: `NAME` is where a program starts; the test makes one of the
# dispatchers the kernel's KiUserCallbackDispatcher. Linked at 0x00400000.
        .intel_syntax noprefix

        .equ CALLING_SERVICE, 0
        .equ NtCallbackReturn_number, 0x14
        .equ NtUserGetThreadState_number, 0x11B3
        .equ BEYOND_WIN32K, 0x1FFF
        .equ STATUS_CALLBACK_POP_STACK, 0xC0000423
        .equ RESULT, 0x00405AFE
        .equ RESULT_LENGTH, 0x24
        .equ RESULT_STATUS, 0x00C0FFEE
        .equ TEB_ReservedForNtRpc, 0xF1C
        .equ TEB_GdiBatchCount, 0xF70

        .macro LABEL name
        .globl \name
\name:
        .endm

        .macro SERVICE number
        mov     eax, \number
        mov     edx, esp
        .endm

        .macro KNOWN_STATE
        mov     ebx, 0xB0B0B0B0
        mov     esi, 0x51515151
        mov     edi, 0xD1D1D1D1
        mov     ebp, 0xEBEBEBEB
        .endm

# Becomes a GUI thread, whose stack can grow, and calls the service that calls back.
LABEL gui
        push    0
        SERVICE NtUserGetThreadState_number
LABEL gui_gate
        int     0x2E
LABEL gui_converted
        pop     ecx
        # from here on: also the start of a thread that is none
LABEL plain
        KNOWN_STATE
        SERVICE CALLING_SERVICE
LABEL call_gate
        int     0x2E
LABEL call_back
        nop
LABEL call_again
        SERVICE CALLING_SERVICE
        int     0x2E
LABEL call_again_back
        jmp     .

# The same by SYSENTER: the return address of the frame is that of the shared page's RET.
LABEL sysenter
        push    0
        SERVICE NtUserGetThreadState_number
        int     0x2E
        pop     ecx
        KNOWN_STATE
        push    0
        push    offset sysenter_back
        mov     edx, esp
        mov     eax, CALLING_SERVICE
LABEL sysenter_gate
        sysenter
        ud2
LABEL sysenter_back
        jmp     .

# Without a stack to be called back on.
LABEL no_stack
        push    0
        SERVICE NtUserGetThreadState_number
        int     0x2E
        mov     esp, 0x00000FF0
        mov     eax, CALLING_SERVICE
        mov     edx, 0x00010000
LABEL no_stack_gate
        int     0x2E
LABEL no_stack_back
        mov     esp, 8
        mov     eax, CALLING_SERVICE
        int     0x2E
LABEL low_stack_back
        mov     esp, 0x90000000
        mov     eax, CALLING_SERVICE
        int     0x2E
LABEL kernel_stack_back
        jmp     .

LABEL outside
        push    RESULT_STATUS
        push    RESULT_LENGTH
        push    RESULT
        SERVICE NtCallbackReturn_number
        int     0x2E
LABEL outside_service_back
        mov     eax, RESULT_STATUS
        mov     ecx, RESULT
        mov     edx, RESULT_LENGTH
LABEL outside_gate
        int     0x2B
LABEL outside_back
        jmp     .

LABEL beyond
        SERVICE BEYOND_WIN32K
        int     0x2E
LABEL beyond_back
        SERVICE BEYOND_WIN32K
        int     0x2E
LABEL beyond_again_back
        jmp     .

# --- dispatchers --------------------------------------------------------------------------------

LABEL by_int2b
        mov     eax, RESULT_STATUS
        mov     ecx, RESULT
        mov     edx, RESULT_LENGTH
        KNOWN_STATE
        mov     esp, 0x00000ABC                 # no concern of the kernel's
LABEL by_int2b_gate
        int     0x2B
        ud2

LABEL by_service
        push    RESULT_STATUS
        push    RESULT_LENGTH
        push    RESULT
        SERVICE NtCallbackReturn_number
LABEL by_service_gate
        int     0x2E
        ud2

LABEL by_sysenter
        push    RESULT_STATUS
        push    RESULT_LENGTH
        push    RESULT
        push    0
        push    0
        mov     edx, esp
        mov     eax, NtCallbackReturn_number
LABEL by_sysenter_gate
        sysenter
        ud2

# The callback calls the service that called it, as deep as the kernel allows.
LABEL nesting
        inc     dword ptr fs:[TEB_ReservedForNtRpc]     # how deep
        SERVICE CALLING_SERVICE
        int     0x2E
LABEL nesting_back
        mov     ecx, RESULT
        mov     edx, esp
        int     0x2B
        ud2

# An exception was unwound to here, past the callback.
LABEL unwinding
        mov     ebx, 0xBBBBBBBB
        mov     esi, 0x55555555
        mov     edi, 0xDDDDDDDD
        mov     ebp, 0xEEEEEEEE
        sub     esp, 0x1000
        mov     eax, STATUS_CALLBACK_POP_STACK
        xor     ecx, ecx
        xor     edx, edx
LABEL unwinding_gate
        int     0x2B
LABEL unwinding_back
        jmp     .

# A handler's record that the callback left behind, and drawing commands.
LABEL drawing
        mov     dword ptr fs:[0], 0x00401234
        mov     dword ptr fs:[TEB_GdiBatchCount], 3
        xor     eax, eax
        int     0x2B
        ud2
