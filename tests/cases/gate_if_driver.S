# SPDX-License-Identifier: MIT
# A boot driver before KiSystemService: the gate of vector 2E leads to Hook, which keeps the flags that
# the gate has left. DriverEntry is called by KiSystemStartup.
        .intel_syntax noprefix

        .equ GATE, 0x2E * 8

        .text
        .globl  DriverEntry
DriverEntry:
        sub     esp, 8
        sidt    [esp + 2]
        mov     edx, [esp + 4]
        add     esp, 8
        mov     eax, offset Hook
        mov     [edx + GATE], ax
        shr     eax, 16
        mov     [edx + GATE + 6], ax
        ret

# The registers are the user's: memory is reached by SS.
        .globl  Hook
Hook:
        pushfd
        pop     dword ptr ss:[Flags]
        jmp     KiSystemService

# ULONG stdcall (): what Hook found last.
        .globl  QueryFlags
QueryFlags:
        mov     eax, [Flags]
        ret

        .p2align 2
Flags:
        .long   0
