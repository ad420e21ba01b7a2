# SPDX-License-Identifier: MIT
# Virtual 8086 mode for one thread at a time, by NtVdmControl: the caller's frame is put aside, its
# place taken by the frame of the V86 code, and put back when that code says BOP (C4 C4).
        .intel_syntax noprefix

        .equ PCR_TSS, 0x40
        .equ PCR_CURRENT_THREAD, 0x124
        .equ KTHREAD_TrapFrame, 0x134
        .equ KTSS_Esp0, 0x4

        .equ KTRAP_FRAME_Edx, 0x3C
        .equ KTRAP_FRAME_Eax, 0x44
        .equ KTRAP_FRAME_Eip, 0x68
        .equ KTRAP_FRAME_SegCs, 0x6C
        .equ KTRAP_FRAME_EFlags, 0x70
        .equ KTRAP_FRAME_HardwareEsp, 0x74
        .equ KTRAP_FRAME_HardwareSegSs, 0x78
        .equ KTRAP_FRAME_V86Es, 0x7C
        .equ KTRAP_FRAME_V86Gs, 0x88
        .equ KTRAP_FRAME_sizeof, 0x8C

        .equ EFLAGS_VM_IF, 0x20202
        .equ EFLAGS_VM, 0x20000

        .text
# NTSTATUS stdcall (ULONG segment, ULONG stack): runs the V86 code at segment:0 and answers the AX
# that it ends with.
        .globl  StartExecution
StartExecution:
        mov     ecx, [esp + 4]
        mov     edx, [esp + 8]
        mov     eax, fs:[PCR_CURRENT_THREAD]
        mov     ebp, [eax + KTHREAD_TrapFrame]
        call    SaveCallerFrame
        mov     dword ptr [ebp + KTRAP_FRAME_Eip], 0
        mov     [ebp + KTRAP_FRAME_SegCs], ecx
        mov     dword ptr [ebp + KTRAP_FRAME_EFlags], EFLAGS_VM_IF
        mov     [ebp + KTRAP_FRAME_HardwareEsp], edx
        mov     [ebp + KTRAP_FRAME_HardwareSegSs], ecx
        lea     edi, [ebp + KTRAP_FRAME_V86Es]
        mov     eax, ecx
        mov     ecx, 4
        rep stosd
        cli
        # From V86 mode the processor pushes four selectors more: the stack begins above them.
        mov     ecx, fs:[PCR_TSS]
        lea     eax, [ebp + KTRAP_FRAME_sizeof]
        mov     [ecx + KTSS_Esp0], eax
        mov     esp, ebp
        jmp     KiServiceExit2

# EBP = frame. Keeps ECX and EDX.
SaveCallerFrame:
        push    ecx
        mov     esi, ebp
        mov     edi, offset CallerFrame
        mov     ecx, KTRAP_FRAME_sizeof / 4
        cld
        rep movsd
        pop     ecx
        ret

# KiTrap06 with its frame complete, EBP: an invalid opcode of V86 code is its end.
        .globl  InvalidOpcode
InvalidOpcode:
        mov     eax, 0x06
        test    dword ptr [ebp + KTRAP_FRAME_EFlags], EFLAGS_VM
        jz      KiSystemFatalException
        mov     ebx, [ebp + KTRAP_FRAME_Eax]
        mov     esi, offset CallerFrame
        mov     edi, ebp
        mov     ecx, KTRAP_FRAME_sizeof / 4
        rep movsd
        mov     ecx, fs:[PCR_TSS]
        lea     eax, [ebp + KTRAP_FRAME_V86Es]
        .globl  RestoreEsp0
RestoreEsp0:
        mov     [ecx + KTSS_Esp0], eax
        mov     eax, ebx
        jmp     KiSystemServiceDone

        .p2align 2
CallerFrame:
        .skip   KTRAP_FRAME_sizeof
