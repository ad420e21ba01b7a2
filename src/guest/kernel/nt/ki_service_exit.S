# SPDX-License-Identifier: MIT
# The ways out of the kernel. EBP = frame throughout.
        .include "kernel.inc"
        .include "trap_macros.inc"

# Delivers pending user APCs before a return to ring 3, one a round; IF = 0 before and after.
# A service's frame lacks its volatile half, which an APC's CONTEXT must have: completed first.
        .macro DELIVER_USER_APCS service
        GOTO_IF_KERNEL_FRAME .Ldone\@
.Lagain\@:
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        mov     byte ptr [ebx + KTHREAD_Alerted], 0
        cmp     byte ptr [ebx + THREAD_USER_APC_PENDING], 0
        je      .Ldone\@
        .if \service
        mov     [ebp + KTRAP_FRAME_Eax], eax
        .if     PROFILE_service_saves_all == 0
        mov     dword ptr [ebp + KTRAP_FRAME_SegFs], KGDT_R3_TEB + RPL_USER
        mov     dword ptr [ebp + KTRAP_FRAME_SegDs], KGDT_R3_DATA + RPL_USER
        mov     dword ptr [ebp + KTRAP_FRAME_SegEs], KGDT_R3_DATA + RPL_USER
        mov     dword ptr [ebp + KTRAP_FRAME_SegGs], 0
        .endif
        .endif
        mov     ecx, APC_LEVEL
        call    KfRaiseIrql
        push    eax
        sti
        push    ebp
        push    0
        push    USER_MODE
        call    KiDeliverApc
        pop     ecx
        call    KfLowerIrql
        .if \service
        mov     eax, [ebp + KTRAP_FRAME_Eax]
        .endif
        cli
        jmp     .Lagain\@
.Ldone\@:
        .endm

        .equ DR7_RESERVED, 0xDC00

# PCR.ExceptionList and, for a user frame under a debugger, the debug registers. Keeps EAX.
        .macro RESTORE_EXCEPTION_LIST_AND_DEBUG_REGISTERS
        mov     edx, [ebp + KTRAP_FRAME_ExceptionList]
        mov     fs:[PCR_EXCEPTION_LIST], edx
        .ifdef  KPCR_DebugActive
        test    byte ptr fs:[KPCR_DebugActive], 0xFF
        .else
        test    dword ptr [ebp + KTRAP_FRAME_Dr7], ~DR7_RESERVED
        .endif
        jz      .Ldone\@
        GOTO_IF_KERNEL_FRAME .Ldone\@
        xor     ebx, ebx
        mov     esi, [ebp + KTRAP_FRAME_Dr0]
        mov     edi, [ebp + KTRAP_FRAME_Dr1]
        mov     dr7, ebx
        mov     dr0, esi
        mov     dr1, edi
        mov     esi, [ebp + KTRAP_FRAME_Dr2]
        mov     edi, [ebp + KTRAP_FRAME_Dr3]
        mov     dr2, esi
        mov     dr3, edi
        mov     esi, [ebp + KTRAP_FRAME_Dr6]
        mov     edi, [ebp + KTRAP_FRAME_Dr7]
        mov     dr6, esi
        mov     dr7, edi
.Ldone\@:
        .endm

        .macro RESTORE_PREVIOUS_MODE
        mov     ecx, fs:[PCR_CURRENT_THREAD]
        mov     edx, [ebp + KTRAP_FRAME_PreviousPreviousMode]
        mov     [ecx + KTHREAD_PreviousMode], dl
        .endm

# EAX = status of the service. ECX, EDX, DS, ES and GS are not restored, or all of them are: then
# EDX becomes the link of the frame chain, which took its slot.
FUNCTION KiServiceExit
        cli
        DELIVER_USER_APCS service=1
        RESTORE_EXCEPTION_LIST_AND_DEBUG_REGISTERS
        RESTORE_PREVIOUS_MODE
        test    word ptr [ebp + KTRAP_FRAME_SegCs], FRAME_EDITED
        jz      KiServiceExitEdited
        test    byte ptr [ebp + KTRAP_FRAME_SegCs], MODE_MASK
        jz      KiServiceExitRegisters
        .if     PROFILE_service_saves_all
        lea     esp, [ebp + KTRAP_FRAME_SegGs]
STAGE KiServiceExitPopGs
        pop     gs
STAGE KiServiceExitPopEs
        pop     es
STAGE KiServiceExitPopDs
        pop     ds
        .endif
        lea     esp, [ebp + KTRAP_FRAME_SegFs]
STAGE KiServiceExitPopFs
        pop     fs
KiServiceExitRegisters:
        .if     PROFILE_service_saves_all
        mov     edx, [ebp + KTRAP_FRAME_Edx]
        mov     ecx, [ebp + KTRAP_FRAME_Ecx]
        .endif
        lea     esp, [ebp + KTRAP_FRAME_Edi]
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        add     esp, 4                          # ErrCode; now EIP, CS, EFLAGS
        test    byte ptr [esp + 4], MODE_MASK
# KiSystemStartup aims this branch at KiSystemCallExit2 where SYSEXIT can be used.
STAGE KiSystemCallExitBranch
        jne     KiSystemCallExit
        test    dword ptr [esp + 8], EFLAGS_TF
        jnz     KiSystemCallExit
        pop     edx
        add     esp, 4
        popfd
STAGE KiSystemCallExitKernel
        jmp     edx

STAGE KiSystemCallExit
STAGE KiSystemCallExitIret
        iretd

# SYSEXIT loads flat selectors and cannot start a single step: frames that need more use IRETD.
STAGE KiSystemCallExit2
        test    dword ptr [esp + 8], EFLAGS_TF + EFLAGS_VM
        jnz     KiSystemCallExit
        cmp     word ptr [esp + 4], KGDT_R3_CODE + RPL_USER
        jne     KiSystemCallExit
        cmp     word ptr [esp + 16], KGDT_R3_DATA + RPL_USER
        jne     KiSystemCallExit
        pop     edx
        add     esp, 4
        and     dword ptr [esp], ~EFLAGS_IF
        popfd
        pop     ecx
        sti                                     # takes effect after the next instruction
STAGE KiSystemCallExitSysexit
        sysexit

KiServiceExitEdited:
        mov     [ebp + KTRAP_FRAME_Eax], eax
        jmp     KiExitEditedFrame
END_FUNCTION KiServiceExit

# Return through a whole frame: NtContinue, NtRaiseException, the first entry of a thread.
FUNCTION KiServiceExit2
        cli
        DELIVER_USER_APCS service=0
        RESTORE_EXCEPTION_LIST_AND_DEBUG_REGISTERS
        RESTORE_PREVIOUS_MODE
        jmp     KiExitRestoreAll
END_FUNCTION KiServiceExit2

# Return from a trap or an interrupt, which left KTHREAD.PreviousMode alone.
FUNCTION Kei386EoiHelper
        cli
        DELIVER_USER_APCS service=0
        RESTORE_EXCEPTION_LIST_AND_DEBUG_REGISTERS

STAGE KiExitRestoreAll
        test    dword ptr [ebp + KTRAP_FRAME_EFlags], EFLAGS_VM
        jnz     KiExitPopVolatile
        test    word ptr [ebp + KTRAP_FRAME_SegCs], FRAME_EDITED
        jz      KiExitEditedFrame
        # Kernel code runs with the selectors that are loaded now; an interrupt's frame of it
        # does not even hold others.
        test    byte ptr [ebp + KTRAP_FRAME_SegCs], MODE_MASK
        jz      KiExitPopVolatile
        lea     esp, [ebp + KTRAP_FRAME_SegGs]
STAGE KiExitPopGs
        pop     gs
STAGE KiExitPopEs
        pop     es
STAGE KiExitPopDs
        pop     ds
        pop     edx
        pop     ecx
        pop     eax
        lea     esp, [ebp + KTRAP_FRAME_SegFs]
STAGE KiExitPopFs
        pop     fs
        jmp     KiExitPopNonvolatile
KiExitPopVolatile:
        lea     esp, [ebp + KTRAP_FRAME_Edx]
        pop     edx
        pop     ecx
        pop     eax
        lea     esp, [ebp + KTRAP_FRAME_Edi]
KiExitPopNonvolatile:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        add     esp, 4                          # ErrCode
STAGE KiExitIret
        iretd
END_FUNCTION Kei386EoiHelper

# A kernel frame whose ESP was changed: the return frame moves to the wanted stack, and ErrCode
# carries its address past the last pop. ESP only ever moves up.
FUNCTION KiExitEditedFrame
        mov     ebx, [ebp + KTRAP_FRAME_TempSegCs]
        mov     [ebp + KTRAP_FRAME_SegCs], ebx
        mov     ecx, [ebp + KTRAP_FRAME_TempEsp]
        sub     ecx, KERNEL_FRAME_sizeof - KTRAP_FRAME_Eip
        mov     [ebp + KTRAP_FRAME_ErrCode], ecx
        # From the top down, since the two places may overlap.
        mov     esi, [ebp + KTRAP_FRAME_EFlags]
        mov     edi, [ebp + KTRAP_FRAME_Eip]
        mov     [ecx + 8], esi
        mov     [ecx + 4], ebx
        mov     [ecx], edi
        lea     esp, [ebp + KTRAP_FRAME_Edx]
        pop     edx
        pop     ecx
        pop     eax
        lea     esp, [ebp + KTRAP_FRAME_Edi]
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        mov     esp, [esp]
        iretd
END_FUNCTION KiExitEditedFrame

# The displacement KiSystemCallExitBranch has where SYSEXIT can be used.
        .section .rodata
        .globl  KiSystemCallExitBySysexit
KiSystemCallExitBySysexit:
        .byte   KiSystemCallExit2 - KiSystemCallExitBranch - 2
