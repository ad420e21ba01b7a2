# SPDX-License-Identifier: MIT
# Programs of two threads, one to a label; `second` is what the new thread runs.
# Linked at 0x00400000; service numbers of xp.
        .intel_syntax noprefix

        .equ NtCreateThread, 53
        .equ NtSetInformationThread, 229
        .equ NtTerminateThread, 258
        .equ NtWaitForSingleObject, 271
        .equ THIS_PROCESS, -1
        .equ THIS_THREAD, -2
        .equ THREAD_ALL_ACCESS, 0x1F03FF
        .equ ThreadPriority, 2

        .macro LABEL name
        .globl \name
\name:
        .endm

        .macro SERVICE name, arguments
        mov     edx, esp
        mov     eax, \name
        int     0x2E
        add     esp, \arguments * 4
        .endm

        .macro CREATE_THREAD
        push    0                               # CreateSuspended
        push    offset initial_teb
        push    offset context
        push    offset client_id
        push    THIS_PROCESS
        push    0
        push    THREAD_ALL_ACCESS
        push    offset handle
        SERVICE NtCreateThread, 8
        .endm

# Waits for a thread that ends with 5.
LABEL join
        mov     dword ptr [context_eip], offset second_ends
        CREATE_THREAD
LABEL join_created
        mov     ebx, 0xB0B0B0B0
        mov     esi, 0x51515151
        mov     edi, 0xD1D1D1D1
        mov     ebp, 0xEBEBEBEB
        push    0
        push    0
        push    [handle]
        SERVICE NtWaitForSingleObject, 3
LABEL join_joined
        jmp     .

LABEL second_ends
        push    5
        push    THIS_THREAD
        SERVICE NtTerminateThread, 2
        ud2

# Two threads that only count.
LABEL compute
        mov     dword ptr [context_eip], offset second_computes
        CREATE_THREAD
LABEL compute_loop
        inc     dword ptr [counts]
        jmp     compute_loop
LABEL compute_loop_end

LABEL second_computes
        inc     dword ptr [counts + 4]
        jmp     second_computes
LABEL second_computes_end

# Raises the other thread above itself.
LABEL outrank
        mov     dword ptr [context_eip], offset second_outranks
        CREATE_THREAD
        push    4
        push    offset priority
        push    ThreadPriority
        push    [handle]
LABEL outrank_raise
        SERVICE NtSetInformationThread, 4
LABEL outrank_raised
        jmp     .

LABEL second_outranks
        inc     dword ptr [counts + 4]
        push    5
        push    THIS_THREAD
        SERVICE NtTerminateThread, 2
        ud2

        .balign 4
LABEL handle
        .long   0
client_id:
        .long   0, 0
priority:
        .long   15
LABEL counts
        .long   0, 0
initial_teb:
        .long   0, 0, stack_end, stack, stack
context:
        .long   0x10007                         # CONTEXT_FULL
        .space  0x8C - 4
        .long   0, 0x38, 0x20, 0x20             # GS, FS, ES, DS
        .space  6 * 4
        .long   0                               # EBP
context_eip:
        .long   0
        .long   0x18, 0x200, stack_end - 8, 0x20
        .space  512
stack:
        .space  0x400
stack_end:
