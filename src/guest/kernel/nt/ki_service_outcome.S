# SPDX-License-Identifier: MIT
# KiServiceOutcome: what the host decided about a service that is not simply done.
        .include "kernel.inc"
        .include "trap_macros.inc"

# Called by a thunk. ECX = outcome, EAX = status. Returns the final status in EAX.
FUNCTION KiServiceOutcome
        pushfd
KiServiceOutcomeTest:
        cmp     ecx, OUTCOME_BLOCK
        jne     KiServiceOutcomeNotBlock
# The thread gives way, and comes back when it is chosen again: then the host runs the service's
# `resume`, or says that what it waits for has not come.
STAGE KiServiceOutcomeBlock
        cli
        call    KiSwapContext
        out     RESUME_PORT, eax
        test    ecx, ecx
        jnz     KiServiceOutcomeTest
        popfd
        ret
KiServiceOutcomeNotBlock:
        cmp     ecx, OUTCOME_CALL_USER
        je      KiServiceOutcomeCallUser
        cmp     ecx, OUTCOME_FRAME_EDITED
        je      KiServiceOutcomeFrameEdited
        cmp     ecx, OUTCOME_CALLBACK_RETURN
        je      KiServiceOutcomeCallbackReturn
STAGE KiServiceOutcomeUnknown
        push    0
        push    0
        push    ecx                             # the outcome
        push    STATUS_NOT_IMPLEMENTED
        push    KMODE_EXCEPTION_NOT_HANDLED
        call    KeBugCheckEx
        jmp     KiBugCheckReturned
KiServiceOutcomeFrameEdited:
        mov     ecx, fs:[PCR_CURRENT_THREAD]
        mov     ebp, [ecx + KTHREAD_TrapFrame]
        mov     esp, ebp
        jmp     KiServiceExit2
# EAX = address of the request, also when the host runs the service's `resume`.
KiServiceOutcomeCallUser:
        call    KiServiceCallUser
        out     RESUME_PORT, eax
        test    ecx, ecx
        jnz     KiServiceOutcomeTest
        popfd
        ret
# NtCallbackReturn(Result, Length, Status): its arguments stand above EFLAGS and two return addresses.
KiServiceOutcomeCallbackReturn:
        mov     ecx, [esp + 12]
        mov     edx, [esp + 16]
        mov     eax, [esp + 20]
        jmp     KiCallbackReturnTail
END_FUNCTION KiServiceOutcome
