# SPDX-License-Identifier: MIT
# KiTrap0E, #PF.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ PAGE_FAULT_WRITE, 2

# From here to the raise: EDI = CR2, which must be read before the next fault can happen.
FUNCTION KiTrap0E
        ENTER_TRAP KiTrap0E, error_code=1
        mov     edi, cr2
        test    dword ptr [ebp + KTRAP_FRAME_EFlags], EFLAGS_IF
        jz      KiTrap0EIrql
        cmp     byte ptr fs:[KPCR_Irql], DISPATCH_LEVEL
        jae     KiTrap0EIrql
        sti
        mov     ebx, USER_MODE
        GOTO_IF_KERNEL_FRAME KiTrap0EKernelMode
KiTrap0EAccess:
        push    ebp                             # TrapFrame
        push    ebx                             # PreviousMode
        push    edi                             # VirtualAddress
        push    dword ptr [ebp + KTRAP_FRAME_ErrCode]
        call    MmAccessFault
        test    eax, eax
        jge     Kei386EoiHelper
        test    ebx, ebx
        jz      KiTrap0EKernel

        mov     esi, edi                        # second parameter: the address
        mov     edi, eax                        # third, if any: the status
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        mov     edx, [ebp + KTRAP_FRAME_ErrCode]
        and     edx, PAGE_FAULT_WRITE
        shr     edx, 1                          # first: 0 read, 1 write
        cmp     eax, STATUS_ACCESS_VIOLATION
        je      CommonDispatchException2Args
        cmp     eax, STATUS_GUARD_PAGE_VIOLATION
        je      CommonDispatchException2Args
        cmp     eax, STATUS_STACK_OVERFLOW
        je      CommonDispatchException2Args
        mov     eax, STATUS_IN_PAGE_ERROR
        jmp     CommonDispatchException3Args

KiTrap0EKernelMode:
        mov     ebx, KERNEL_MODE
        jmp     KiTrap0EAccess

# The windows: instructions of the kernel that touch a user's memory.
KiTrap0EKernel:
        mov     eax, [ebp + KTRAP_FRAME_Eip]
        mov     ebx, offset KiSystemServiceAccessViolation
        cmp     eax, offset KiSystemServiceCopyArguments
        je      KiTrap0EResume
        cmp     eax, offset KiSystemServiceGdiRead
        je      KiTrap0EResume
        mov     ebx, offset KiReadInstructionByteFault
        cmp     eax, offset KiReadInstructionByteLoad
        je      KiTrap0EResume
        mov     ebx, PAGE_FAULT_IN_NONPAGED_AREA
        cmp     edi, [MmUserProbeAddress]
        jae     KiTrap0EBugCheck
        mov     ebx, KERNEL_MODE_EXCEPTION_NOT_HANDLED
        jmp     KiTrap0EBugCheck
KiTrap0EResume:
        mov     [ebp + KTRAP_FRAME_Eip], ebx
        jmp     Kei386EoiHelper

# A page fault cannot be served with interrupts off or above APC_LEVEL.
KiTrap0EIrql:
        mov     ebx, IRQL_NOT_LESS_OR_EQUAL
KiTrap0EBugCheck:
        mov     cr2, edi                        # for the report
        push    0x0E
        push    ebp
        push    ebx
        call    KeBugCheckTrap
        jmp     KiBugCheckReturned
END_FUNCTION KiTrap0E
