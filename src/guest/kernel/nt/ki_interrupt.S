# SPDX-License-Identifier: MIT
# Interrupts: the clock at vector 0x30, and the tail of every vector nobody has connected.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ FIRST_INTERRUPT_VECTOR, 0x30
        .equ VECTOR_BIAS, 128

FUNCTION KiClockInterrupt
        push    esp                             # ErrCode
        ENTER_INTERRUPT KiClockInterrupt
        inc     dword ptr fs:[PCR_INTERRUPT_COUNT]
        mov     ecx, CLOCK2_LEVEL
        call    KfRaiseIrql
        push    eax
        push    dword ptr ss:[KeTimeIncrement]
        push    ebp
        call    KeUpdateSystemTime
        pop     ecx
        call    KfLowerIrql
        call    KiDispatchInterrupt
        jmp     Kei386EoiHelper
END_FUNCTION KiClockInterrupt

# Counts the interrupt and dismisses it. ErrCode of the frame is the vector.
FUNCTION KiUnexpectedInterrupt
        add     dword ptr [esp], VECTOR_BIAS
        ENTER_INTERRUPT KiUnexpectedInterrupt
        inc     dword ptr fs:[PCR_INTERRUPT_COUNT]
        inc     dword ptr ss:[KiUnclaimedInterruptCount]
        jmp     Kei386EoiHelper
END_FUNCTION KiUnexpectedInterrupt

# One stub per vector. The biased vector fits a signed byte and keeps them short.
FUNCTION KiStartUnexpectedRange
        .macro UNEXPECTED_STUB name, vector
        .globl  \name\()
        .type   \name\(), @function
\name\():
        push    \vector - VECTOR_BIAS
        jmp     KiUnexpectedInterrupt
        .size   \name\(), . - \name\()
        .endm
        .irpc   high, 3456789ABCDEF
        .irpc   low, 0123456789ABCDEF
        UNEXPECTED_STUB KiUnexpectedInterrupt\high\low, 0x\high\low
        .endr
        .endr
STAGE KiEndUnexpectedRange
END_FUNCTION KiStartUnexpectedRange
