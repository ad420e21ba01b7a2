# SPDX-License-Identifier: MIT
# A boot driver that puts itself before KiSystemService: the gate of vector 2E leads to Hook, which
# counts and goes on to where the gate led. DriverEntry is called by KiSystemStartup.
        .intel_syntax noprefix

        .equ GATE, 0x2E * 8

        .text
        .globl  DriverEntry
DriverEntry:
        sub     esp, 8
        sidt    [esp + 2]
        mov     edx, [esp + 4]
        add     esp, 8
        movzx   eax, word ptr [edx + GATE + 6]
        shl     eax, 16
        mov     ax, [edx + GATE]
        mov     [Original], eax
        mov     eax, offset Hook
        mov     [edx + GATE], ax
        shr     eax, 16
        mov     [edx + GATE + 6], ax
        ret

# No register but ESP is the kernel's yet: memory is reached by SS, and nothing is changed but what
# POPFD restores.
        .globl  Hook
Hook:
        pushfd
        inc     dword ptr ss:[Count]
        popfd
        jmp     dword ptr ss:[Original]

# ULONG stdcall (): calls so far, this one included.
        .globl  QueryCount
QueryCount:
        mov     eax, [Count]
        ret

        .p2align 2
Original:
        .long   0
Count:
        .long   0
