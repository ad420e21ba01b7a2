# SPDX-License-Identifier: MIT
# A service that calls itself through its Zw stub. Each level notes what the kernel knows of the
# call it is in, and asks for the time twice with a pointer that no user may give: by NtXxx, which
# keeps the caller's PreviousMode, and by ZwXxx, which is a call of the kernel's own.
        .intel_syntax noprefix

        .equ PCR_CURRENT_THREAD, 0x124
        .equ KTHREAD_TrapFrame, 0x134
        .equ KTHREAD_PreviousMode, 0x140
        .equ KTRAP_FRAME_Edx, 0x3C
        .equ KTRAP_FRAME_SegCs, 0x6C

        .equ LEVEL_PreviousMode, 0
        .equ LEVEL_Frame, 4
        .equ LEVEL_OlderFrame, 8
        .equ LEVEL_SegCs, 12
        .equ LEVEL_NtStatus, 16
        .equ LEVEL_ZwStatus, 20
        .equ LEVEL_sizeof, 24

        .text
# NTSTATUS stdcall (LEVEL* level, ULONG deeper)
        .globl  Nested
Nested:
        push    esi
        mov     esi, [esp + 8]
        mov     edx, fs:[PCR_CURRENT_THREAD]
        movzx   eax, byte ptr [edx + KTHREAD_PreviousMode]
        mov     [esi + LEVEL_PreviousMode], eax
        mov     eax, [edx + KTHREAD_TrapFrame]
        mov     [esi + LEVEL_Frame], eax
        mov     ecx, [eax + KTRAP_FRAME_Edx]
        mov     [esi + LEVEL_OlderFrame], ecx
        mov     ecx, [eax + KTRAP_FRAME_SegCs]
        mov     [esi + LEVEL_SegCs], ecx
        push    offset Time
        call    NtQuerySystemTime
        mov     [esi + LEVEL_NtStatus], eax
        push    offset Time
        call    ZwQuerySystemTime
        mov     [esi + LEVEL_ZwStatus], eax
        xor     eax, eax
        mov     ecx, [esp + 12]
        jecxz   NestedReturn
        dec     ecx
        add     esi, LEVEL_sizeof
        push    ecx
        push    esi
        call    ZwQueryBootOptions              # this service, by the number it has taken
NestedReturn:
        pop     esi
        ret     8

        .p2align 3
Time:
        .quad   0
