# SPDX-License-Identifier: MIT
# KiTrap00-KiTrap13: faults and traps of ring 3 become exceptions, those of ring 0 bug checks.
        .include "kernel.inc"
        .include "trap_macros.inc"

# A fault of ring 0 outside the known windows does not come back.
        .macro BUGCHECK_IF_KERNEL vector
        mov     eax, \vector
        GOTO_IF_KERNEL_FRAME KiSystemFatalException
        .endm

# Raises CODE at the frame's EIP.
        .macro RAISE_AT_EIP code, dispatch
        mov     eax, \code
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        jmp     \dispatch
        .endm

# The frame of INT3 and INTO points behind the instruction; a report names the instruction.
FUNCTION KiSystemFatalBreakpoint
        dec     dword ptr [ebp + KTRAP_FRAME_Eip]
        jmp     KiSystemFatalException
END_FUNCTION KiSystemFatalBreakpoint

# EAX = vector, EBP = frame.
FUNCTION KiSystemFatalException
        push    eax
        push    ebp
        push    UNEXPECTED_KERNEL_MODE_TRAP
        call    KeBugCheckTrap
        jmp     KiBugCheckReturned
END_FUNCTION KiSystemFatalException

# A bug check never returns; if it did, nothing after it could be trusted.
FUNCTION KiBugCheckReturned
        cli
        hlt
        jmp     KiBugCheckReturned
END_FUNCTION KiBugCheckReturned

# Raises an exception of ring 3. EAX = code, EBX = address, EDX ESI EDI = parameters.
FUNCTION CommonDispatchException0Args
        xor     ecx, ecx
        jmp     CommonDispatchException
END_FUNCTION CommonDispatchException0Args

FUNCTION CommonDispatchException1Args
        mov     ecx, 1
        jmp     CommonDispatchException
END_FUNCTION CommonDispatchException1Args

FUNCTION CommonDispatchException2Args
        mov     ecx, 2
        jmp     CommonDispatchException
END_FUNCTION CommonDispatchException2Args

FUNCTION CommonDispatchException3Args
        mov     ecx, 3
END_FUNCTION CommonDispatchException3Args

# ECX = number of parameters. The record lives below the frame until the exception is dispatched.
        .globl  CommonDispatchException
        .type   CommonDispatchException, @function
CommonDispatchException:
        sub     esp, EXCEPTION_RECORD_sizeof
        mov     [esp + EXCEPTION_RECORD_ExceptionCode], eax
        mov     dword ptr [esp + EXCEPTION_RECORD_ExceptionFlags], 0
        mov     dword ptr [esp + EXCEPTION_RECORD_ExceptionRecord], 0
        mov     [esp + EXCEPTION_RECORD_ExceptionAddress], ebx
        mov     [esp + EXCEPTION_RECORD_NumberParameters], ecx
        mov     [esp + EXCEPTION_RECORD_ExceptionInformation], edx
        mov     [esp + EXCEPTION_RECORD_ExceptionInformation + 4], esi
        mov     [esp + EXCEPTION_RECORD_ExceptionInformation + 8], edi
        mov     eax, esp
        push    1                               # FirstChance
        push    USER_MODE                       # PreviousMode
        push    ebp                             # TrapFrame
        push    0                               # ExceptionFrame: i386 has none
        push    eax                             # ExceptionRecord
        call    KiDispatchException
        mov     esp, ebp
        jmp     Kei386EoiHelper
        .size   CommonDispatchException, . - CommonDispatchException

# #DE
FUNCTION KiTrap00
        ENTER_TRAP KiTrap00, error_code=0
        BUGCHECK_IF_KERNEL 0x00
        sti
        RAISE_AT_EIP STATUS_INTEGER_DIVIDE_BY_ZERO, CommonDispatchException0Args
END_FUNCTION KiTrap00

# #DB. A single step over SYSENTER arrives on the SYSENTER stack, before KiFastCallEntry has run.
FUNCTION KiTrap01
        ENTER_TRAP KiTrap01, error_code=0
        GOTO_IF_KERNEL_FRAME KiTrap01Kernel
        and     dword ptr [ebp + KTRAP_FRAME_EFlags], ~EFLAGS_TF
        sti
        RAISE_AT_EIP STATUS_SINGLE_STEP, CommonDispatchException0Args
KiTrap01Kernel:
        mov     eax, 0x01
        cmp     dword ptr [ebp + KTRAP_FRAME_Eip], offset KiFastCallEntry
        jne     KiSystemFatalException
        and     dword ptr [ebp + KTRAP_FRAME_EFlags], ~EFLAGS_TF
        mov     dword ptr [ebp + KTRAP_FRAME_Eip], offset KiFastCallEntry2
        jmp     Kei386EoiHelper
END_FUNCTION KiTrap01

# #BP. The dispatcher takes one off CONTEXT.Eip as well.
FUNCTION KiTrap03
        ENTER_TRAP KiTrap03, error_code=0
        mov     eax, 0x03
        GOTO_IF_KERNEL_FRAME KiSystemFatalBreakpoint
        sti
        xor     edx, edx                        # BREAKPOINT_BREAK
        mov     esi, [ebp + KTRAP_FRAME_Ecx]
        mov     edi, [ebp + KTRAP_FRAME_Edx]
# KiDebugService joins here. EDX ESI EDI = service class and its operands.
STAGE KiTrap03Raise
        mov     eax, STATUS_BREAKPOINT
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        dec     ebx
        jmp     CommonDispatchException3Args
END_FUNCTION KiTrap03

# #OF
FUNCTION KiTrap04
        ENTER_TRAP KiTrap04, error_code=0
        mov     eax, 0x04
        GOTO_IF_KERNEL_FRAME KiSystemFatalBreakpoint
        sti
        mov     eax, STATUS_INTEGER_OVERFLOW
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        dec     ebx
        jmp     CommonDispatchException0Args
END_FUNCTION KiTrap04

# #BR
FUNCTION KiTrap05
        ENTER_TRAP KiTrap05, error_code=0
        BUGCHECK_IF_KERNEL 0x05
        sti
        RAISE_AT_EIP STATUS_ARRAY_BOUNDS_EXCEEDED, CommonDispatchException0Args
END_FUNCTION KiTrap05

# #UD. A LOCK prefix among the first four bytes is what made the instruction invalid.
        .equ LOCK_PREFIX, 0xF0
        .equ LOCK_PREFIX_SEARCH, 4
FUNCTION KiTrap06
        ENTER_TRAP KiTrap06, error_code=0
        BUGCHECK_IF_KERNEL 0x06
        sti
        mov     esi, [ebp + KTRAP_FRAME_Eip]
        mov     ecx, LOCK_PREFIX_SEARCH
KiTrap06Search:
        call    KiReadInstructionByte
        jc      KiTrap06Illegal
        cmp     al, LOCK_PREFIX
        je      KiTrap06Lock
        loop    KiTrap06Search
KiTrap06Illegal:
        RAISE_AT_EIP STATUS_ILLEGAL_INSTRUCTION, CommonDispatchException0Args
KiTrap06Lock:
        RAISE_AT_EIP STATUS_INVALID_LOCK_SEQUENCE, CommonDispatchException0Args
END_FUNCTION KiTrap06

# Reads the byte at user address ESI into AL and steps ESI; carry: it cannot be read. The page
# behind the instruction may be missing, so the load is a window of KiTrap0E.
FUNCTION KiReadInstructionByte
        cmp     esi, [MmUserProbeAddress]
        jae     KiReadInstructionByteFault
STAGE KiReadInstructionByteLoad
        mov     al, [esi]
        inc     esi
        clc
        ret
STAGE KiReadInstructionByteFault
        stc
        ret
END_FUNCTION KiReadInstructionByte

# Coprocessor segment overrun: no processor with a built-in or 486-style FPU raises it.
FUNCTION KiTrap09
        ENTER_TRAP KiTrap09, error_code=0
        mov     eax, 0x09
        jmp     KiSystemFatalException
END_FUNCTION KiTrap09

# #TS
FUNCTION KiTrap0A
        ENTER_TRAP KiTrap0A, error_code=1
        BUGCHECK_IF_KERNEL 0x0A
        sti
        jmp     KiRaiseUnknownAccessViolation
END_FUNCTION KiTrap0A

# #NP
FUNCTION KiTrap0B
        ENTER_TRAP KiTrap0B, error_code=1
        GOTO_IF_KERNEL_FRAME KiTrap0BKernel
        sti
        jmp     KiRaiseUnknownAccessViolation
KiTrap0BKernel:
        mov     eax, 0x0B
        jmp     KiRecoverUserSelectors
END_FUNCTION KiTrap0B

# #SS
FUNCTION KiTrap0C
        ENTER_TRAP KiTrap0C, error_code=1
        GOTO_IF_KERNEL_FRAME KiTrap0CKernel
        sti
        jmp     KiRaiseUnknownAccessViolation
KiTrap0CKernel:
        mov     eax, 0x0C
        jmp     KiRecoverUserSelectors
END_FUNCTION KiTrap0C

# STATUS_ACCESS_VIOLATION of an address that the processor does not tell.
FUNCTION KiRaiseUnknownAccessViolation
        xor     edx, edx
        mov     esi, -1
        RAISE_AT_EIP STATUS_ACCESS_VIOLATION, CommonDispatchException2Args
END_FUNCTION KiRaiseUnknownAccessViolation

# A fault of ring 0 that selectors of ring 3 may have caused. EAX = vector.
# A segment pop of the exit path: a null selector takes the place of the bad one.
FUNCTION KiRecoverUserSelectors
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        cmp     ebx, offset KiServiceExitPopFs
        je      KiNullSelector
        .if     PROFILE_service_saves_all
        cmp     ebx, offset KiServiceExitPopGs
        je      KiNullSelector
        cmp     ebx, offset KiServiceExitPopEs
        je      KiNullSelector
        cmp     ebx, offset KiServiceExitPopDs
        je      KiNullSelector
        .endif
        cmp     ebx, offset KiExitPopGs
        je      KiNullSelector
        cmp     ebx, offset KiExitPopEs
        je      KiNullSelector
        cmp     ebx, offset KiExitPopDs
        je      KiNullSelector
        cmp     ebx, offset KiExitPopFs
        je      KiNullSelector
        cmp     ebx, offset KiExitIret
        je      KiFaultInReturn
        cmp     ebx, offset KiSystemCallExitIret
        je      KiFaultInReturn
        # Anything else that runs with a user's DS or ES: this handler has loaded the flat ones,
        # and returning to ring 0 leaves them loaded.
        cmp     eax, 0x0D
        jne     KiSystemFatalException
        cmp     word ptr [ebp + KTRAP_FRAME_SegDs], KGDT_R3_DATA + RPL_USER
        jne     Kei386EoiHelper
        cmp     word ptr [ebp + KTRAP_FRAME_SegEs], KGDT_R3_DATA + RPL_USER
        jne     Kei386EoiHelper
        jmp     KiSystemFatalException
KiNullSelector:
        mov     dword ptr [ebp + KERNEL_FRAME_sizeof], 0
        jmp     Kei386EoiHelper

# IRETD refused the frame it was to return through. All else of the user is loaded again, so the
# fault is turned into one of ring 3: this frame moves up until it ends in that return frame.
KiFaultInReturn:
        test    byte ptr [ebp + KERNEL_FRAME_sizeof + 4], MODE_MASK
        jz      KiSystemFatalException
        .equ    FRAME_MOVE, KERNEL_FRAME_sizeof - KTRAP_FRAME_Eip
        lea     esi, [ebp + KTRAP_FRAME_ErrCode]
        lea     edi, [ebp + KTRAP_FRAME_ErrCode + FRAME_MOVE]
        mov     ecx, KTRAP_FRAME_Eip / 4
        std
        rep movsd
        cld
        add     ebp, FRAME_MOVE
        mov     esp, ebp
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        mov     [ebp + KTRAP_FRAME_DbgEip], ebx
        sti
        jmp     KiRaiseUnknownAccessViolation
END_FUNCTION KiRecoverUserSelectors

# Vectors that no processor of this machine uses.
FUNCTION KiTrap0F
        ENTER_TRAP KiTrap0F, error_code=0
        mov     eax, 0x0F
        jmp     KiSystemFatalException
END_FUNCTION KiTrap0F

# #AC: CR0.AM is clear, so only a kernel that sets it sees this.
FUNCTION KiTrap11
        ENTER_TRAP KiTrap11, error_code=1
        BUGCHECK_IF_KERNEL 0x11
        sti
        RAISE_AT_EIP STATUS_DATATYPE_MISALIGNMENT, CommonDispatchException0Args
END_FUNCTION KiTrap11
