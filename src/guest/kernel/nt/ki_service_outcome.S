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
KiServiceOutcomeCallbackReturn:
        mov     ecx, fs:[PCR_CURRENT_THREAD]
        mov     ebp, [ecx + KTHREAD_TrapFrame]
        jmp     KiCallbackReturnTail
END_FUNCTION KiServiceOutcome
