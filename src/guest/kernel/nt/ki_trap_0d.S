# SPDX-License-Identifier: MIT
# KiTrap0D, #GP: tells a privileged instruction of ring 3 from a bad access.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ TWO_BYTE_OPCODE, 0x0F
        .equ MAXIMUM_PREFIXES, 15

# Goes on in the kernel's own text when AL is one of the bytes.
        .macro GOTO_IF_AL_IN label, bytes:vararg
        .irp    byte, \bytes
        cmp     al, \byte
        je      \label
        .endr
        .endm

FUNCTION KiTrap0D
        ENTER_TRAP KiTrap0D, error_code=1
        GOTO_IF_KERNEL_FRAME KiTrap0DKernel
        sti
        cmp     dword ptr [ebp + KTRAP_FRAME_ErrCode], 0
        jne     KiRaiseUnknownAccessViolation
        # EIP is a linear address only in the flat code segment.
        cmp     word ptr [ebp + KTRAP_FRAME_SegCs], KGDT_R3_CODE + RPL_USER
        jne     KiRaiseUnknownAccessViolation
        mov     esi, [ebp + KTRAP_FRAME_Eip]
        mov     ecx, MAXIMUM_PREFIXES
KiTrap0DPrefix:
        call    KiReadInstructionByte
        jc      KiRaiseUnknownAccessViolation
        GOTO_IF_AL_IN KiTrap0DNextPrefix, 0xF2, 0xF3, 0x67, 0xF0, 0x66, 0x2E, 0x3E, 0x26, 0x64, 0x65, 0x36
        jmp     KiTrap0DOpcode
KiTrap0DNextPrefix:
        loop    KiTrap0DPrefix
        mov     eax, STATUS_ILLEGAL_INSTRUCTION
        jmp     KiTrap0DRaise

KiTrap0DOpcode:
        GOTO_IF_AL_IN KiTrap0DPrivileged, 0xF4
        GOTO_IF_AL_IN KiTrap0DInputOutput, 0xFA, 0xFB, 0xE4, 0xE5, 0xE6, 0xE7, 0xEC, 0xED, 0xEE, 0xEF
        GOTO_IF_AL_IN KiTrap0DInputOutput, 0x6C, 0x6D, 0x6E, 0x6F
        cmp     al, TWO_BYTE_OPCODE
        jne     KiRaiseUnknownAccessViolation
        call    KiReadInstructionByte
        jc      KiRaiseUnknownAccessViolation
        # CLTS INVD WBINVD, MOV CR and DR, WRMSR RDPMC SYSEXIT
        GOTO_IF_AL_IN KiTrap0DPrivileged, 0x06, 0x08, 0x09, 0x20, 0x21, 0x22, 0x23, 0x30, 0x33, 0x35
        cmp     al, 0x01
        ja      KiRaiseUnknownAccessViolation
        mov     ah, al
        call    KiReadInstructionByte
        jc      KiRaiseUnknownAccessViolation
        shr     al, 3
        and     al, 7                           # the reg field of ModRM
        test    ah, ah
        jnz     KiTrap0DGroup7
        GOTO_IF_AL_IN KiTrap0DPrivileged, 2, 3  # LLDT LTR
        jmp     KiRaiseUnknownAccessViolation
KiTrap0DGroup7:
        GOTO_IF_AL_IN KiTrap0DPrivileged, 2, 3, 6       # LGDT LIDT LMSW
        jmp     KiRaiseUnknownAccessViolation

# Allowed to ring 3 when IOPL is 3; then the fault has another cause.
KiTrap0DInputOutput:
        mov     ebx, [ebp + KTRAP_FRAME_EFlags]
        and     ebx, EFLAGS_IOPL
        cmp     ebx, EFLAGS_IOPL
        je      KiRaiseUnknownAccessViolation
KiTrap0DPrivileged:
        mov     eax, STATUS_PRIVILEGED_INSTRUCTION
KiTrap0DRaise:
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        jmp     CommonDispatchException0Args

KiTrap0DKernel:
        mov     eax, 0x0D
        jmp     KiRecoverUserSelectors
END_FUNCTION KiTrap0D
