# SPDX-License-Identifier: MIT
# Programs of ring 3, one to a label, that enter the kernel with a known value in every register.
# Linked at 0x00400000. `NAME` is where a program starts, `NAME_gate` the instruction that enters.
        .intel_syntax noprefix

        .equ SERVICE, 0
        .equ FLAT_RPL0, 0x20            # the flat data segment by three selectors
        .equ FLAT_RPL1, 0x21
        .equ FLAT_RPL2, 0x22
        .equ TEB_RPL1, 0x39
        .equ TEST_SELECTOR, 0x63
        .equ EFLAGS_KNOWN, 0x8C5        # CF PF ZF SF OF
        .equ EFLAGS_TF, 0x100
        .equ EFLAGS_DF, 0x400
        .equ EFLAGS_AC, 0x40000

        .macro LABEL name
        .globl \name
\name:
        .endm

        .macro KNOWN_STATE eflags=EFLAGS_KNOWN
        mov     eax, FLAT_RPL0
        mov     gs, eax
        mov     eax, FLAT_RPL1
        mov     ds, eax
        mov     eax, FLAT_RPL2
        mov     es, eax
        mov     eax, TEB_RPL1
        mov     fs, eax
        push    \eflags
        popfd
        mov     eax, 0xA0A0A0A0
        mov     ecx, 0xC0C0C0C0
        mov     edx, 0xD0D0D0D0
        mov     ebx, 0xB0B0B0B0
        mov     esi, 0x51515151
        mov     edi, 0xD1D1D1D1
        mov     ebp, 0xEBEBEBEB
        .endm

# Calls the service with 0x11111111 and 0x22222222.
        .macro PUSH_ARGUMENTS
        push    0x22222222
        push    0x11111111
        .endm

LABEL int2e
        KNOWN_STATE
        PUSH_ARGUMENTS
        mov     edx, esp
        mov     eax, SERVICE
LABEL int2e_gate
        int     0x2E
LABEL int2e_back
        nop
        # Once more: everything on the way is decoded and translated now.
        mov     edx, esp
        mov     eax, SERVICE
LABEL int2e_warm_gate
        int     0x2E
LABEL int2e_warm_back
        jmp     .

# The direction flag is set, and the arguments are copied upwards nevertheless.
LABEL int2e_down
        KNOWN_STATE EFLAGS_KNOWN+EFLAGS_DF
        PUSH_ARGUMENTS
        mov     edx, esp
        mov     eax, SERVICE
LABEL int2e_down_gate
        int     0x2E
LABEL int2e_down_back
        jmp     .

        .macro SYSENTER_PROGRAM name, eflags
LABEL \name
        KNOWN_STATE \eflags
        PUSH_ARGUMENTS
        push    0x33333333              # where the caller of the stub would go on
        push    offset \name\()_back    # where the stub goes on: the shared page's RET takes it
        mov     edx, esp
        mov     eax, SERVICE
LABEL \name\()_gate
        sysenter
        ud2                             # never: the return address is a fixed one
LABEL \name\()_back
        nop
        .endm

SYSENTER_PROGRAM sysenter, EFLAGS_KNOWN
        sub     esp, 4
        mov     dword ptr [esp], offset sysenter_warm_back
        mov     edx, esp
        mov     eax, SERVICE
LABEL sysenter_warm_gate
        sysenter
LABEL sysenter_warm_back
        jmp     .

SYSENTER_PROGRAM sysenter_down, EFLAGS_KNOWN+EFLAGS_DF
        jmp     .

# Steps over SYSENTER: TF survives it, and the #DB comes on the SYSENTER stack.
LABEL sysenter_step
        KNOWN_STATE
        push    offset sysenter_step_back
        mov     edx, esp
        mov     eax, SERVICE
        push    EFLAGS_KNOWN+EFLAGS_TF
        popfd
LABEL sysenter_step_gate
        sysenter
LABEL sysenter_step_back
        jmp     .

# ---- one program for each trap --------------------------------------------------------------
        .macro TRAP_PROGRAM name, instruction:vararg
LABEL \name
        KNOWN_STATE
LABEL \name\()_gate
        \instruction
LABEL \name\()_next
        nop
        jmp     .
        .endm

zero:   .long   0
bounds: .long   0, 1

        TRAP_PROGRAM trap00, div dword ptr [zero]
        TRAP_PROGRAM trap03, int3
        TRAP_PROGRAM trap04, into
        TRAP_PROGRAM trap05, bound ecx, [bounds]
        TRAP_PROGRAM trap06, ud2
        TRAP_PROGRAM trap07, fld1
        TRAP_PROGRAM trap0d, hlt
        TRAP_PROGRAM trap0d_gate_of_ring_0, int 0x30
        TRAP_PROGRAM trap0e_read, mov eax, [0x14]
        TRAP_PROGRAM trap0e_write, mov [0x8003F000], eax
        .irp    vector, 02, 08, 09, 0A, 0F, 10, 12, 13
        TRAP_PROGRAM int\vector, int 0x\vector
        .endr
        TRAP_PROGRAM int2d, int 0x2D
        TRAP_PROGRAM int2b, int 0x2B
        TRAP_PROGRAM int2c, int 0x2C
        TRAP_PROGRAM int3f, int 0x3F
# A task gate that names a TSS which is too short.
        TRAP_PROGRAM trap0a, int 0x21

# A step ends behind the instruction that follows the one that set TF.
LABEL trap01
        KNOWN_STATE
        push    EFLAGS_KNOWN+EFLAGS_TF
LABEL trap01_gate
        popfd
        nop
LABEL trap01_next
        nop
        jmp     .

LABEL trap0b
        KNOWN_STATE
        mov     eax, TEST_SELECTOR
LABEL trap0b_gate
        mov     gs, eax
        jmp     .

LABEL trap0c
        KNOWN_STATE
        mov     eax, TEST_SELECTOR
LABEL trap0c_gate
        mov     ss, eax
        jmp     .

LABEL trap11
        KNOWN_STATE EFLAGS_KNOWN+EFLAGS_AC
LABEL trap11_gate
        mov     eax, [zero + 1]
        jmp     .

LABEL spin
        KNOWN_STATE
LABEL spin_gate
        jmp     spin_gate
