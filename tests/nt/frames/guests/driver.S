# SPDX-License-Identifier: MIT
# Services in ring 0 that take the place of the kernel's, linked at 0x81800000 against its symbols.
        .intel_syntax noprefix

        .equ NESTED_SERVICE, 1
        .equ DEEPEST_SERVICE, 2
        .equ TEST_SELECTOR, 0x63
        .equ TEST_RING_0_SELECTOR, 0x60

        .macro LABEL name
        .globl \name
\name:
        .endm

# The two arguments, added: 0x33333333.
LABEL add_service
        mov     eax, [esp + 4]
        add     eax, [esp + 8]
        ret     8

LABEL null_service
        xor     eax, eax
        ret

        .macro SAVE
        push    ebp
        push    ebx
        push    esi
        push    edi
        .endm

        .macro RESTORE
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        .endm

# A service that uses another by its Zw stub, and that one a third.
        .macro KNOWN_STATE digit
        mov     ecx, 0xC0C0C000 + \digit
        mov     ebx, 0xB0B0B000 + \digit
        mov     esi, 0x51515100 + \digit
        mov     edi, 0xD1D1D100 + \digit
        mov     ebp, 0xEBEBEB00 + \digit
        .endm

        .macro ZW_STUB name, number
LABEL \name
        mov     eax, \number
        lea     edx, [esp + 4]
        pushfd
        push    8
LABEL \name\()_gate
        call    KiSystemService
LABEL \name\()_return
        ret     8
        .endm

ZW_STUB ZwNested, NESTED_SERVICE
ZW_STUB ZwDeepest, DEEPEST_SERVICE

        .macro OUTER_SERVICE name, digit, zw
LABEL \name
        SAVE
        push    0x20 + \digit
        push    0x10 + \digit
        KNOWN_STATE \digit
LABEL \name\()_calls
        call    \zw
LABEL \name\()_back
        RESTORE
        ret     8
        .endm

OUTER_SERVICE outer_service, 1, ZwNested
OUTER_SERVICE nested_service, 2, ZwDeepest

# Traps of ring 0: entered as a service, never left.
        .macro TRAP_SERVICE name, instruction:vararg
LABEL \name
        KNOWN_STATE 7
        mov     eax, 0xA0A0A0A0
        mov     edx, 0xD0D0D0D0
LABEL \name\()_gate
        \instruction
LABEL \name\()_next
        jmp     .
        .endm

        .irp    vector, 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0F, 10, 12, 13
        TRAP_SERVICE ring0_int\vector, int 0x\vector
        .endr
        TRAP_SERVICE ring0_trap0a, int 0x21
        TRAP_SERVICE ring0_trap0d, mov gs, word ptr [wild_selector]
        TRAP_SERVICE ring0_trap0b, mov gs, word ptr [test_selector]
        TRAP_SERVICE ring0_trap0c, mov ss, word ptr [test_ring_0_selector]
        TRAP_SERVICE ring0_trap0e, mov dword ptr [0x90000000], 0
# #AC is a fault of ring 3 only: the frame of one is pushed by hand.
LABEL ring0_trap11
        KNOWN_STATE 7
        mov     eax, 0xA0A0A0A0
        mov     edx, 0xD0D0D0D0
LABEL ring0_trap11_gate
        pushfd
        cli
        push    cs
        push    offset ring0_trap11_next
        push    0xABCD0000
        jmp     KiTrap11
LABEL ring0_trap11_next
        jmp     .

# Waits for the clock.
        TRAP_SERVICE ring0_spin, jmp .

test_selector:
        .word   TEST_SELECTOR
test_ring_0_selector:
        .word   TEST_RING_0_SELECTOR
wild_selector:
        .word   0x7F8
