# SPDX-License-Identifier: MIT
# Software interrupts of ring 3 other than the service gate: 2A, 2C and 2D. 2B is in ki_callback.S.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ TICK_COUNT_SHIFT, 24

        .equ BREAKPOINT_PRINT, 1
        .equ BREAKPOINT_PROMPT, 2
        .equ BREAKPOINT_COMMAND_STRING, 5

# INT 2A. EAX = milliseconds since the start; EDX is not kept. No frame is built, and no selector
# of the user is relied on.
FUNCTION KiGetTickCount
        mov     eax, ss:[KI_USER_SHARED_DATA + KUSER_SHARED_DATA_TickCountLow]
        mul     dword ptr ss:[KI_USER_SHARED_DATA + KUSER_SHARED_DATA_TickCountMultiplier]
        shrd    eax, edx, TICK_COUNT_SHIFT
        iretd
END_FUNCTION KiGetTickCount

        .if     PROFILE_int2c_assertion
# INT 2C: an assertion failed. The address is that of the INT.
        .equ    INT_LENGTH, 2
FUNCTION KiRaiseAssertion
        ENTER_TRAP KiRaiseAssertion, error_code=0
        sub     dword ptr [ebp + KTRAP_FRAME_Eip], INT_LENGTH
        mov     eax, 0x2C
        GOTO_IF_KERNEL_FRAME KiSystemFatalException
        sti
        mov     eax, STATUS_ASSERTION_FAILURE
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        jmp     CommonDispatchException0Args
END_FUNCTION KiRaiseAssertion
        .else
# INT 2C: the fast half of an event pair that no thread of this kernel has.
FUNCTION KiSetLowWaitHighThread
        mov     eax, STATUS_NO_EVENT_PAIR
        iretd
END_FUNCTION KiSetLowWaitHighThread
        .endif

# INT 2D, followed by an INT3 byte. EAX = class, ECX EDX EBX EDI = operands. Without a debugger the
# kernel answers every class that only tells something; the others are a breakpoint.
FUNCTION KiDebugService
        ENTER_TRAP KiDebugService, error_code=0
        mov     eax, 0x2D
        GOTO_IF_KERNEL_FRAME KiDebugServiceFatal
        inc     dword ptr [ebp + KTRAP_FRAME_Eip]
        sti
        mov     edx, [ebp + KTRAP_FRAME_Eax]
        mov     esi, [ebp + KTRAP_FRAME_Ecx]
        mov     edi, [ebp + KTRAP_FRAME_Edx]
        cmp     edx, BREAKPOINT_PRINT
        jb      KiTrap03Raise
        cmp     edx, BREAKPOINT_PROMPT
        je      KiTrap03Raise
        cmp     edx, BREAKPOINT_COMMAND_STRING
        ja      KiTrap03Raise
        push    dword ptr [ebp + KTRAP_FRAME_Edi]       # Level
        push    dword ptr [ebp + KTRAP_FRAME_Ebx]       # Component
        push    edi                                     # Length
        push    esi                                     # Buffer
        push    edx                                     # Class
        call    KiDebugPrint
        mov     [ebp + KTRAP_FRAME_Eax], eax
        jmp     Kei386EoiHelper
KiDebugServiceFatal:
        sub     dword ptr [ebp + KTRAP_FRAME_Eip], 2
        jmp     KiSystemFatalException
END_FUNCTION KiDebugService
