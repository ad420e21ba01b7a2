# SPDX-License-Identifier: MIT
# KiTrap02 and KiTrap08 run as tasks of their own: the stack they interrupt may be unusable.
        .include "kernel.inc"
        .include "trap_macros.inc"

# Pushes a trap frame of the interrupted task, whose registers the CPU has left in its TSS.
        .macro FRAME_OF_INTERRUPTED_TASK name
        mov     ebx, fs:[KPCR_TSS]
        sub     esp, V86_SEGMENTS_SIZE
        movzx   eax, word ptr [ebx + KTSS_Ss]
        push    eax
        push    dword ptr [ebx + KTSS_Esp]
        push    dword ptr [ebx + KTSS_EFlags]
        movzx   eax, word ptr [ebx + KTSS_Cs]
        push    eax
        push    dword ptr [ebx + KTSS_Eip]
        push    0                               # ErrCode: of a double fault always zero
        push    dword ptr [ebx + KTSS_Ebp]
        push    dword ptr [ebx + KTSS_Ebx]
        push    dword ptr [ebx + KTSS_Esi]
        push    dword ptr [ebx + KTSS_Edi]
        movzx   eax, word ptr [ebx + KTSS_Fs]
        push    eax
        push    dword ptr fs:[PCR_EXCEPTION_LIST]
        push    PREVIOUS_MODE_INVALID
        push    dword ptr [ebx + KTSS_Eax]
        push    dword ptr [ebx + KTSS_Ecx]
        push    dword ptr [ebx + KTSS_Edx]
        movzx   eax, word ptr [ebx + KTSS_Ds]
        push    eax
        movzx   eax, word ptr [ebx + KTSS_Es]
        push    eax
        movzx   eax, word ptr [ebx + KTSS_Gs]
        push    eax
        sub     esp, KTRAP_FRAME_SegGs
        mov     ebp, esp
        mov     edx, [ebp + KTRAP_FRAME_Edx]
        SET_DEBUG_HEADER
        mov     dword ptr [ebp + KTRAP_FRAME_Dr7], 0
        STAGE   \name\()FrameBuilt
        .endm

        .macro BUGCHECK_TASK code, vector
        push    \vector
        push    ebp
        push    \code
        call    KeBugCheckTrap
        jmp     KiBugCheckReturned
        .endm

# NMI
FUNCTION KiTrap02
        FRAME_OF_INTERRUPTED_TASK KiTrap02
        BUGCHECK_TASK NMI_HARDWARE_FAILURE, 0x02
END_FUNCTION KiTrap02

# #DF
FUNCTION KiTrap08
        FRAME_OF_INTERRUPTED_TASK KiTrap08
        BUGCHECK_TASK UNEXPECTED_KERNEL_MODE_TRAP, 0x08
END_FUNCTION KiTrap08
